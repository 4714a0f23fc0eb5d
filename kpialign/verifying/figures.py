"""Figures: each cell's chain of revisions, what counts of it, and targets that fit."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from kpialign.verifying.fault import Fault
from kpis.models import Actual, ActualRevision, NodeDefinition, ReportingPeriod, Target
from kpis.selectors.periods import KIND_OF_FREQUENCY
from kpis.selectors.purpose import version_in_force

Status = ActualRevision.Status
KINDS = list(ReportingPeriod.Kind)
CHUNK = 10_000


@dataclass
class Chain:
    """The revisions of one cell as they were met: numbers, and the latest of each sort."""

    count: int = 0
    is_whole: bool = True
    counted: int | None = None
    newest_draft: int | None = None
    newest: int | None = None

    def add(self, key: int, number: int, status: str) -> None:
        """Take in the next revision, in the order of their numbers."""
        self.count += 1
        self.is_whole = self.is_whole and number == self.count
        self.newest = key
        if status == Status.DRAFT:
            self.newest_draft = key
        else:
            self.counted = key


def figure_faults() -> Iterator[Fault]:
    """Look at every cell and every target."""
    yield from _cells()
    yield from _targets()


def _chains() -> dict[int, Chain]:
    chains: dict[int, Chain] = defaultdict(Chain)
    rows = ActualRevision.objects.order_by("actual", "number")
    fields = ("actual", "pk", "number", "status")
    for cell, key, number, status in rows.values_list(*fields).iterator(CHUNK):
        chains[cell].add(key, number, status)
    return chains


def _cells() -> Iterator[Fault]:
    chains, calculated = _chains(), _calculated()
    fields = (
        "pk",
        "counted",
        "draft",
        "kpi",
        "kpi__node__code",
        "kpi__frequency",
        "entity__code",
        "period__label",
        "period__kind",
        "counted__value",
    )
    inactive = set(_while_inactive().values_list("pk", flat=True))
    for pk, counted, draft, kpi, code, frequency, *place in (
        Actual.objects.order_by("pk").values_list(*fields).iterator(CHUNK)
    ):
        entity, label, kind, value = place
        named = f"{code} {entity} {label}"
        yield from _chain(named, chains.pop(pk, Chain()), counted, draft)
        if KIND_OF_FREQUENCY[frequency] != kind:
            yield Fault("actual_has_its_frequency", named, f"{code} is {frequency}")
        if kpi in calculated and counted is not None:
            yield Fault("calculated_takes_no_actual", named, f"{code} has a formula")
        if pk in inactive and value is not None:
            yield Fault("entity_is_active", named, f"{entity} is not active then")
    for cell in chains:
        yield Fault("revision_has_a_cell", f"cell {cell}", "revisions without a cell")


def _while_inactive() -> "QuerySet[Actual]":
    """Select the cells of periods in which their entity was not active."""
    return Actual.objects.filter(
        Q(entity__active_from__gt=F("period__end_on"))
        | Q(entity__active_to__lt=F("period__start_on"))
    )


def _calculated() -> set[int]:
    definitions = NodeDefinition.objects.filter(version=version_in_force()).exclude(formula="")
    return set(definitions.values_list("node", flat=True))


def _chain(named: str, chain: Chain, counted: int | None, draft: int | None) -> Iterator[Fault]:
    """Look at one cell: numbers without a gap, and pointers at the revisions that they mean."""
    if not chain.is_whole:
        yield Fault("revisions_chain", named, "its revisions are not numbered 1, 2, 3 ...")
    if chain.newest is None:
        yield Fault("cell_has_a_revision", named, "nothing was ever saved in it")
    if counted != chain.counted:
        told = "what counts is not its latest submitted or approved revision"
        yield Fault("latest_counts", named, told)
    is_open = chain.newest is not None and chain.newest == chain.newest_draft
    if draft != (chain.newest_draft if is_open else None):
        yield Fault("draft_is_the_newest", named, "its draft is not its newest revision")


def _targets() -> Iterator[Fault]:
    direction = dict(
        NodeDefinition.objects.filter(version=version_in_force()).values_list("node", "direction")
    )
    rows = Target.objects.select_related("kpi__node", "entity", "period").order_by("pk")
    for row in rows.iterator(CHUNK):
        named = f"{row.kpi.node.code} {row.entity.code} {row.period.label}"
        own = KIND_OF_FREQUENCY[row.kpi.frequency]
        if KINDS.index(ReportingPeriod.Kind(row.period.kind)) < KINDS.index(own):
            yield Fault("target_is_not_finer", named, f"{row.kpi.node.code} is {row.kpi.frequency}")
        edges = [edge for edge in (row.band_low, row.band_high) if edge is not None]
        if direction.get(row.kpi_id) == "band" and edges != sorted(edges):
            yield Fault("band_is_not_reversed", named, f"from {edges[0]} to {edges[1]}")
