"""The shape of the cascade by code: who uses whom, who stands beneath whom."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import QuerySet

from kpialign.scoring.formula import FormulaError, parse
from kpialign.scoring.inputs import CascadeInput
from kpialign.scoring.reach import inputs_of
from kpis.models import NodeDefinition, PlanVersion
from objectives.models import CascadeLink
from organisation.models import Entity

Codes = Mapping[str, set[str]]
BATCH = 900


@dataclass(frozen=True)
class Structure:
    """Maps between codes, as reaching a change needs them."""

    uses: Codes
    users: Codes
    parents: Codes
    children: Codes
    groups: Mapping[str, str]


def structure_of(version: PlanVersion) -> Structure:
    """Read formulas, links and the entity tree, in three queries."""
    uses, users = _formulas(version)
    parents, children = _both_ways(_pairs(_links(version)))
    return Structure(uses, users, parents, children, _groups())


def structure_above(version: PlanVersion, codes: Collection[str]) -> Structure:
    """Read of the links only what leads up from these nodes, and the children that meet there.

    The cost follows what a change reaches, not the size of the cascade.
    """
    uses, users = _formulas(version)
    links = _links(version)
    reached = set(inputs_of(codes, users))
    found: set[tuple[str, str]] = set()
    level = reached
    while level:
        above = {
            pair for some in _batches(level) for pair in _pairs(links.filter(child__code__in=some))
        }
        found |= above
        level = {parent for parent, _ in above} - reached
        reached = reached | level
    for some in _batches(reached):
        found.update(_pairs(links.filter(parent__code__in=some)))
    parents, children = _both_ways(found)
    return Structure(uses, users, parents, children, _groups())


def structure_within(inputs: CascadeInput) -> Structure:
    """Read formulas, links and the entity tree from inputs."""
    uses: dict[str, set[str]] = defaultdict(set)
    users: dict[str, set[str]] = defaultdict(set)
    for node in inputs.nodes:
        for used in _references(node.kpi.formula) if node.kpi and node.kpi.formula else ():
            uses[node.key].add(used)
            users[used].add(node.key)
    keys = [node.key for node in inputs.nodes]
    parents, children = _both_ways((keys[link.parent], keys[link.child]) for link in inputs.links)
    groups = {
        one.key: inputs.entities[one.parent].key for one in inputs.entities if one.parent >= 0
    }
    return Structure(uses, users, parents, children, groups)


def _formulas(version: PlanVersion) -> tuple[Codes, Codes]:
    """Map each calculated KPI to what its formula uses, and each KPI to those that use it."""
    uses: dict[str, set[str]] = defaultdict(set)
    users: dict[str, set[str]] = defaultdict(set)
    formulas = NodeDefinition.objects.filter(version=version).exclude(formula="").order_by()
    for user, text in formulas.values_list("node__code", "formula"):
        for used in _references(text):
            uses[user].add(used)
            users[used].add(user)
    return uses, users


def _groups() -> dict[str, str]:
    return dict(Entity.objects.exclude(parent=None).values_list("code", "parent__code"))


def _links(version: PlanVersion) -> QuerySet[CascadeLink]:
    return version.links.filter(kind=CascadeLink.Kind.CONTRIBUTES).order_by()


def _pairs(links: QuerySet[CascadeLink]) -> Iterator[tuple[str, str]]:
    yield from links.values_list("parent__code", "child__code")


def _both_ways(pairs: Iterable[tuple[str, str]]) -> tuple[Codes, Codes]:
    """Map children to parents and parents to children."""
    parents: dict[str, set[str]] = defaultdict(set)
    children: dict[str, set[str]] = defaultdict(set)
    for parent, child in pairs:
        parents[child].add(parent)
        children[parent].add(child)
    return parents, children


def _batches(codes: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(codes)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


@lru_cache(maxsize=50_000)
def _references(text: str) -> frozenset[str]:
    try:
        return frozenset(reference.code for reference in parse(text).references)
    except FormulaError:
        return frozenset()  # a formula that cannot be read has no value and is a finding
