"""Read stored scores as arrays: the one door for pages, API and exports."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from dashboards.blocks import SLOTS, Address, Block, laid_out, read_blocks
from dashboards.models import NodeSlot
from dashboards.selectors.snapshots import SnapshotHead, Snapshots, snapshot_blocks
from kpialign.scoring.arrays import FloatArray, MarkArray
from kpialign.scoring.results import QUANTITIES, Mark
from kpialign.scoring.status import Status, Thresholds, status_of
from kpis.models import ReportingPeriod
from organisation.models import Entity, Organisation


@dataclass(frozen=True)
class NodeScore:
    """What is stored of one node at one entity and period; NaN is unknown.

    A NaN coverage says that the node is not scored there. For a band, `target` is its lower edge
    and `target_high` its upper.
    """

    code: str
    value: float
    target: float
    target_high: float
    baseline: float
    attainment: float
    score: float
    coverage: float
    driver: float
    low: float
    high: float
    marks: Mark
    status: Status

    @property
    def is_scored(self) -> bool:
        """Whether the node takes part in scores there."""
        return self.status != Status.NOT_SCORED

    @property
    def holds_something(self) -> bool:
        """Whether the node has a value or is scored there."""
        return self.is_scored or not np.isnan(self.value)


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """Scores of nodes over periods at one entity: arrays [node, period] by quantity."""

    codes: tuple[str, ...]
    periods: tuple[int, ...]
    quantities: Mapping[str, FloatArray]
    marks: MarkArray
    thresholds: Thresholds
    closed: Mapping[int, SnapshotHead] = field(default_factory=dict)  # by period

    def limits(self, period_id: int) -> Thresholds:
        """Return the thresholds that hold in a period: of a closed one those of its close."""
        head = self.closed.get(period_id)
        return head.limits if head else self.thresholds

    def at(self, code: str, period_id: int) -> NodeScore:
        """Return one node in one period; a node or period that is not stored is unknown."""
        if code not in self._rows or period_id not in self.periods:
            blank = dict.fromkeys(QUANTITIES, float("nan"))
            return NodeScore(code, **blank, marks=Mark(0), status=Status.NOT_SCORED)
        where = self._rows[code], self.periods.index(period_id)
        known = {name: float(self.quantities[name][where]) for name in QUANTITIES}
        status = status_of(known["score"], known["coverage"], self.limits(period_id))
        return NodeScore(code, **known, marks=Mark(int(self.marks[where])), status=status)

    def in_period(self, period_id: int) -> Iterator[NodeScore]:
        """Give every node in one period, by code."""
        return (self.at(code, period_id) for code in self.codes)

    def series(self, code: str, quantity: str) -> FloatArray:
        """Give one quantity of one node over all periods of the table."""
        if code not in self._rows:
            return np.full(len(self.periods), np.nan)
        series: FloatArray = self.quantities[quantity][self._rows[code]]
        return series

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self.codes)}


def thresholds() -> Thresholds:
    """Return the organisation's thresholds of status."""
    found = Organisation.objects.first()
    return thresholds_of(found) if found else Thresholds()


def thresholds_of(organisation: Organisation) -> Thresholds:
    """Return the thresholds that an organisation has set."""
    return Thresholds(
        float(organisation.on_track),
        float(organisation.at_risk),
        float(organisation.min_coverage),
    )


def score_table(
    entity: Entity,
    periods: Iterable[ReportingPeriod],
    *,
    codes: Collection[str] | None = None,
    limits: Thresholds | None = None,
) -> ScoreTable:
    """Read the scores of an entity over some periods, of these active nodes or of all.

    What was archived since stands in the closed periods in which it was active.
    """
    chosen = list(periods)
    slots = NodeSlot.objects.filter(node__archived_at=None)
    if codes is not None:
        slots = slots.filter(node__code__in=list(codes))
    places = dict(slots.values_list("node__code", "slot"))
    snapshots = Snapshots([entity.pk], [period.pk for period in chosen])
    found = with_archived(places, snapshots)
    if codes is not None:
        found = {code: slot for code, slot in found.items() if code in codes}
    return stored_table(
        entity,
        chosen,
        found,
        limits or thresholds(),
        snapshots=snapshots,
        archived=found.keys() - places.keys(),
    )


def with_archived(places: Mapping[str, int], snapshots: Snapshots) -> dict[str, int]:
    """Add to the slots of active nodes those of nodes that were active in a close, by code."""
    found = dict(places)
    for then in {head.nodes_id: snapshots.then(head) for head in snapshots.read}.values():
        for code, slot in then.slots.items():
            found.setdefault(code, slot)
    return dict(sorted(found.items()))


def stored_table(
    entity: Entity,
    periods: Iterable[ReportingPeriod],
    places: Mapping[str, int],
    limits: Thresholds,
    *,
    snapshots: Snapshots | None = None,
    archived: Collection[str] = (),
) -> ScoreTable:
    """Read the scores that are stored in these slots, given by the codes of their nodes."""
    tables = stored_tables(
        [entity], periods, places, limits, snapshots=snapshots, archived=archived
    )
    return tables[entity.pk]


def stored_tables(
    entities: Iterable[Entity],
    periods: Iterable[ReportingPeriod],
    places: Mapping[str, int],
    limits: Thresholds,
    *,
    snapshots: Snapshots | None = None,
    archived: Collection[str] = (),
) -> dict[int, ScoreTable]:
    """Read them of several entities at once, by the entity's key; in three queries at most.

    What is closed is read from its last snapshot, whose slots are those of today. A node that is
    `archived` has nothing in open periods, one that was archived then nothing in closed ones.
    """
    period_ids = tuple(period.pk for period in periods)
    entity_ids = [entity.pk for entity in entities]
    if snapshots is None:
        snapshots = Snapshots(entity_ids, period_ids)
    numbers = {slot // SLOTS for slot in places.values()}
    blocks = read_blocks(entities=entity_ids, periods=period_ids, numbers=numbers)
    blocks = {at: block for at, block in blocks.items() if snapshots.head(*at[:2]) is None}
    blocks |= snapshot_blocks(snapshots.read, numbers)
    of_entity: dict[int, dict[Address, Block]] = {key: {} for key in entity_ids}
    for where, block in blocks.items():
        of_entity[where[0]][where] = block
    read = _Reading(period_ids, places, limits, snapshots, archived)
    return {key: read.table(key, found) for key, found in of_entity.items()}


@dataclass(frozen=True, eq=False)
class _Reading:
    """What the tables of several entities have in common."""

    period_ids: tuple[int, ...]
    places: Mapping[str, int]
    limits: Thresholds
    snapshots: Snapshots
    archived: Collection[str]

    def table(self, entity_id: int, blocks: Mapping[Address, Block]) -> ScoreTable:
        """Lay the blocks of one entity out, without what is or was archived."""
        figures, marks = laid_out(blocks, self.period_ids, self.places.values())
        closed: dict[int, SnapshotHead] = {}
        for column, period_id in enumerate(self.period_ids):
            head = self.snapshots.head(entity_id, period_id)
            if head is not None:
                closed[period_id] = head
            absent = self._absent[head.nodes_id if head else ""]
            figures[:, absent, column] = np.nan
            marks[absent, column] = 0
        return ScoreTable(
            codes=tuple(self.places),
            periods=self.period_ids,
            quantities=dict(zip(QUANTITIES, figures, strict=True)),
            marks=marks,
            thresholds=self.limits,
            closed=closed,
        )

    @cached_property
    def _absent(self) -> dict[str, list[int]]:
        """List the rows that have nothing in open periods, and in closed ones by their nodes."""
        rows = list(enumerate(self.places))
        found = {"": [row for row, code in rows if code in self.archived]}
        for head in self.snapshots.read:
            if head.nodes_id not in found:
                active = self.snapshots.then(head).slots
                found[head.nodes_id] = [row for row, code in rows if code not in active]
        return found
