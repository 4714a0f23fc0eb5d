"""Read stored scores as arrays: the one door for pages, API and exports."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dashboards.blocks import SLOTS, Block, read_blocks
from dashboards.models import NodeSlot
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

    def at(self, code: str, period_id: int) -> NodeScore:
        """Return one node in one period; a node or period that is not stored is unknown."""
        if code not in self._rows or period_id not in self.periods:
            blank = dict.fromkeys(QUANTITIES, float("nan"))
            return NodeScore(code, **blank, marks=Mark(0), status=Status.NOT_SCORED)
        where = self._rows[code], self.periods.index(period_id)
        known = {name: float(self.quantities[name][where]) for name in QUANTITIES}
        status = status_of(known["score"], known["coverage"], self.thresholds)
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
    """Read the scores of an entity over some periods, of these active nodes or of all."""
    slots = NodeSlot.objects.filter(node__archived_at=None).order_by("node__code")
    if codes is not None:
        slots = slots.filter(node__code__in=list(codes))
    places = dict(slots.values_list("node__code", "slot"))
    return stored_table(entity, periods, places, limits or thresholds())


def stored_table(
    entity: Entity,
    periods: Iterable[ReportingPeriod],
    places: Mapping[str, int],
    limits: Thresholds,
) -> ScoreTable:
    """Read the scores that are stored in these slots, given by the codes of their nodes."""
    return stored_tables([entity], periods, places, limits)[entity.pk]


def stored_tables(
    entities: Iterable[Entity],
    periods: Iterable[ReportingPeriod],
    places: Mapping[str, int],
    limits: Thresholds,
) -> dict[int, ScoreTable]:
    """Read them of several entities at once, by the entity's key; in one query."""
    period_ids = tuple(period.pk for period in periods)
    entity_ids = [entity.pk for entity in entities]
    blocks = read_blocks(
        entities=entity_ids,
        periods=period_ids,
        numbers={slot // SLOTS for slot in places.values()},
    )
    of_entity: dict[int, list[tuple[int, int, Block]]] = {key: [] for key in entity_ids}
    for (entity_id, period_id, number), block in blocks.items():
        of_entity[entity_id].append((period_id, number, block))
    return {key: _table(found, period_ids, places, limits) for key, found in of_entity.items()}


def _table(
    blocks: Iterable[tuple[int, int, Block]],
    period_ids: tuple[int, ...],
    places: Mapping[str, int],
    limits: Thresholds,
) -> ScoreTable:
    """Lay the blocks of one entity out as arrays."""
    columns = {period_id: column for column, period_id in enumerate(period_ids)}
    shape = (len(places), len(period_ids))
    figures = np.full((len(QUANTITIES), *shape), np.nan)
    marks = np.zeros(shape, dtype=np.uint8)
    slot_of_row = np.array(list(places.values()), dtype=np.int64)
    for period_id, number, block in blocks:
        rows = np.flatnonzero((slot_of_row // SLOTS == number) & _within(slot_of_row, block))
        figures[:, rows, columns[period_id]] = block.figures[:, slot_of_row[rows] % SLOTS]
        marks[rows, columns[period_id]] = block.marks[slot_of_row[rows] % SLOTS]
    return ScoreTable(
        codes=tuple(places),
        periods=period_ids,
        quantities=dict(zip(QUANTITIES, figures, strict=True)),
        marks=marks,
        thresholds=limits,
    )


def _within(slots: np.ndarray, block: Block) -> np.ndarray:
    inside: np.ndarray = slots % SLOTS < block.marks.size
    return inside
