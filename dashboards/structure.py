"""The shape of the cascade by code: who uses whom, who stands beneath whom."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from kpialign.scoring.formula import FormulaError, parse
from kpis.models import NodeDefinition, PlanVersion
from organisation.models import Entity


@dataclass(frozen=True)
class Structure:
    """Maps between codes, as reaching a change needs them."""

    uses: Mapping[str, set[str]]
    users: Mapping[str, set[str]]
    parents: Mapping[str, set[str]]
    children: Mapping[str, set[str]]
    groups: Mapping[str, str]


def structure_of(version: PlanVersion) -> Structure:
    """Read formulas, links and the entity tree, in three queries."""
    uses: dict[str, set[str]] = defaultdict(set)
    users: dict[str, set[str]] = defaultdict(set)
    formulas = NodeDefinition.objects.filter(version=version).exclude(formula="")
    for user, text in formulas.values_list("node__code", "formula"):
        for used in _references(text):
            uses[user].add(used)
            users[used].add(user)
    parents: dict[str, set[str]] = defaultdict(set)
    children: dict[str, set[str]] = defaultdict(set)
    links = version.links.filter(kind="contributes")
    for parent, child in links.values_list("parent__code", "child__code"):
        parents[child].add(parent)
        children[parent].add(child)
    groups = dict(Entity.objects.exclude(parent=None).values_list("code", "parent__code"))
    return Structure(uses, users, parents, children, groups)


def _references(text: str) -> set[str]:
    try:
        return {reference.code for reference in parse(text).references}
    except FormulaError:
        return set()  # a formula that cannot be read has no value and is a finding
