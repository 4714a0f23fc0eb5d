"""What the scoring core is given: calendar, entities, nodes, links, figures and rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from kpialign.scoring.arrays import BoolArray, FloatArray, IntArray

Direction = Literal["higher", "lower", "band"]
TimeRollup = Literal["sum", "average", "last", "formula"]
EntityRollup = Literal["sum", "average", "formula", "none"]
Aggregation = Literal["arithmetic", "geometric", "weakest"]


class Length(StrEnum):
    """How long a reporting period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """Count the months in a period of this length."""
        return {Length.MONTH: 1, Length.QUARTER: 3, Length.YEAR: 12}[self]

    @property
    def rank(self) -> int:
        """Number the lengths from the shortest, as TargetArrays does."""
        return LENGTHS.index(self)


LENGTHS: tuple[Length, ...] = (Length.MONTH, Length.QUARTER, Length.YEAR)


@dataclass(frozen=True, eq=False)
class Calendar:
    """Whole fiscal years of consecutive months; days are proleptic ordinals, ends inclusive.

    Month i lies in quarter i // 3 and year i // 12. The columns of a result are the months,
    then the quarters, then the years.
    """

    month_starts: IntArray
    month_ends: IntArray

    def count(self, length: Length) -> int:
        """Count the periods of a length."""
        return len(self.month_starts) // length.months

    def start(self, length: Length) -> IntArray:
        """Give the first day of every period of a length."""
        return self.month_starts[:: length.months]

    def end(self, length: Length) -> IntArray:
        """Give the last day of every period of a length."""
        return self.month_ends[length.months - 1 :: length.months]

    def offset(self, length: Length) -> int:
        """Give the column of the first period of a length."""
        return sum(self.count(shorter) for shorter in LENGTHS[: length.rank])

    def column(self, length: Length, index: int) -> int:
        """Give the column of the period with this index among those of its length."""
        return self.offset(length) + index

    @property
    def columns(self) -> int:
        """Count the columns of a result."""
        return sum(self.count(length) for length in LENGTHS)

    def period(self, column: int) -> tuple[Length, int]:
        """Give the length and index of a column: the inverse of `column`."""
        length = next(one for one in reversed(LENGTHS) if self.offset(one) <= column)
        return length, column - self.offset(length)


@dataclass(frozen=True)
class EntityInput:
    """One entity; `parent` is a position among the entities, -1 at the root.

    The months in which it is active are positions on the calendar, both inclusive; they may lie
    outside of it, and None is unlimited.
    """

    key: str
    parent: int
    currency: str
    active_from: int | None = None
    active_to: int | None = None


@dataclass(frozen=True)
class KpiInput:
    """How a KPI is measured; `entity_rollup` is the resolved one, never blank.

    `reported_at` holds the positions of the entities in the KPI's own list; None: without a list.
    """

    length: Length
    direction: Direction
    time_rollup: TimeRollup
    entity_rollup: EntityRollup
    formula: str = ""
    is_money: bool = False
    reported_at: tuple[int, ...] | None = None


@dataclass(frozen=True)
class NodeInput:
    """One node of the cascade: an objective, or with `kpi` a KPI."""

    key: str
    kpi: KpiInput | None = None
    aggregation: Aggregation = "arithmetic"
    archived: bool = False


@dataclass(frozen=True)
class LinkInput:
    """One `contributes` link between two positions among the nodes."""

    parent: int
    child: int
    weight: float


@dataclass(frozen=True, eq=False)
class ActualArrays:
    """Counted actuals, one position each: node, entity, period of the KPI's own length."""

    kpi: IntArray
    entity: IntArray
    period: IntArray
    value: FloatArray
    provisional: BoolArray

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, int, float, bool]]) -> "ActualArrays":
        """Build the arrays from rows of (kpi, entity, period, value, provisional)."""
        return cls(
            kpi=np.array([row[0] for row in rows], dtype=np.int64),
            entity=np.array([row[1] for row in rows], dtype=np.int64),
            period=np.array([row[2] for row in rows], dtype=np.int64),
            value=np.array([row[3] for row in rows], dtype=np.float64),
            provisional=np.array([row[4] for row in rows], dtype=np.bool_),
        )


@dataclass(frozen=True, eq=False)
class TargetArrays:
    """Target rows, one position each; `length` is 0 month, 1 quarter, 2 year; blanks are NaN."""

    kpi: IntArray
    entity: IntArray
    length: IntArray
    period: IntArray
    baseline: FloatArray
    target: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def of(
        cls, rows: Sequence[tuple[int, int, int, int, float, float, float, float]]
    ) -> "TargetArrays":
        """Build them from rows of (kpi, entity, length, period, baseline, target, low, high)."""
        keys = np.array([row[:4] for row in rows], dtype=np.int64).reshape(-1, 4)
        cells = np.array([row[4:] for row in rows], dtype=np.float64).reshape(-1, 4)
        return cls(*keys.T.copy(), *cells.T.copy())


RateArrays = Mapping[str, Mapping[Length, tuple[FloatArray, FloatArray]]]


@dataclass(frozen=True, eq=False)
class CascadeInput:
    """Everything that scores depend on.

    Entities stand parents before children; nodes are sorted by key, so that "children by code" is
    the order of positions. Rates map a currency and a length to (average, closing), NaN where
    there is no row. The span holds the first and last day of the time of scores, None where
    there is no counted actual at all; its end is the reporting date. Whoever loads only a part of
    the figures gives the span of all of them.
    """

    calendar: Calendar
    currency: str
    entities: tuple[EntityInput, ...]
    nodes: tuple[NodeInput, ...]
    links: tuple[LinkInput, ...]
    actuals: ActualArrays
    targets: TargetArrays
    rates: RateArrays
    span_start: int | None
    span_end: int | None


def span_of(
    actuals: ActualArrays, nodes: Sequence[NodeInput], calendar: Calendar
) -> tuple[int | None, int | None]:
    """Give the first and last day of the time of scores, from all counted actuals."""
    starts: list[int] = []
    ends: list[int] = []
    lengths = np.array(
        [node.kpi.length.rank if node.kpi is not None else -1 for node in nodes], dtype=np.int64
    )
    for length in LENGTHS:
        periods = actuals.period[lengths[actuals.kpi] == length.rank]
        if periods.size:
            starts.append(int(calendar.start(length)[periods.min()]))
            ends.append(int(calendar.end(length)[periods.max()]))
    if not starts:
        return None, None
    return min(starts), max(ends)
