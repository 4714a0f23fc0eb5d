"""Targets in force: own rows, rows of longer periods, consolidated ones, rolled up over time."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from tests.scoring.reference.figures import Figures
from tests.scoring.reference.fiscal import Period
from tests.scoring.reference.folder import Kpi, TargetRow, longest_target


@dataclass(frozen=True)
class Wanted:
    """A target in force; for a band `low` and `high`, else both are the target."""

    low: Fraction
    high: Fraction
    baseline: Fraction | None


class Targets:
    """Every target in force of one cascade."""

    def __init__(self, figures: Figures) -> None:
        """Take the figures, which decide over which periods a target is taken."""
        self.figures = figures
        self.cascade = figures.cascade
        self.own = cache(self._own)
        self.wanted = cache(self._wanted)

    def from_row(self, kpi: Kpi, row: TargetRow, share: int) -> Wanted | None:
        """What a row puts in force; None if it leaves the cells needed blank."""
        low, high = (row.low, row.high) if kpi.direction == "band" else (row.target, row.target)
        if low is None or high is None:
            return None
        baseline = None if row.baseline is None else row.baseline / share
        return Wanted(low / share, high / share, baseline)

    def row_around(self, kpi: Kpi, entity: str, period: Period) -> tuple[TargetRow, Period] | None:
        """The row for a period, else that of the next longer one."""
        for length in longest_target(period.length):
            longer = period.around(length)
            if row := self.cascade.targets.get((kpi.code, entity, longer)):
                return row, longer
        return None

    def _own(self, code: str, entity: str, period: Period) -> Wanted | None:
        """The target in a period of the KPI's own frequency."""
        kpi = self.cascade.kpis[code]
        if not self.figures.active(entity, period):
            return None
        if found := self.row_around(kpi, entity, period):
            row, longer = found
            split = kpi.time_rollup == "sum"
            return self.from_row(kpi, row, longer.length // kpi.length if split else 1)
        if self.figures.children[entity] and kpi.entity_rollup == "sum":
            return self.consolidated(kpi, entity, period)
        return None

    def consolidated(self, kpi: Kpi, entity: str, period: Period) -> Wanted | None:
        """The sum of the targets of the children that take part."""
        parts: list[tuple[Wanted, Fraction]] = []
        for child in self.figures.children[entity]:
            if not self.figures.takes_part(kpi.code, child, period):
                continue
            wanted = self.own(kpi.code, child, period)
            factor = self.figures.conversion(kpi, child, entity, period)
            if wanted is None or factor is None:
                return None
            parts.append((wanted, factor))
        if not parts:
            return None
        zero = Fraction(0)
        bases = [w.baseline * f for w, f in parts if w.baseline is not None]
        return Wanted(
            sum((w.low * f for w, f in parts), zero),
            sum((w.high * f for w, f in parts), zero),
            sum(bases, zero) if len(bases) == len(parts) else None,
        )

    def _wanted(self, code: str, entity: str, period: Period) -> Wanted | None:
        """The target of any period."""
        kpi = self.cascade.kpis[code]
        if not self.figures.active(entity, period):
            return None
        if kpi.length > period.length:
            return self.own(code, entity, self.figures.held_period(kpi, period))
        if kpi.length == period.length:
            return self.own(code, entity, period)
        if kpi.time_rollup == "formula" and (found := self.row_around(kpi, entity, period)):
            return self.from_row(kpi, found[0], 1)
        return self.rolled(kpi, entity, period)

    def rolled(self, kpi: Kpi, entity: str, period: Period) -> Wanted | None:
        """The targets of the inner periods that the value is taken over, rolled up alike."""
        inner = period.inner(kpi.length)
        known = self.figures.value(kpi.code, entity, period) is not None
        there = [p for p in inner if known and self.figures.own(kpi.code, entity, p) is not None]
        found = [self.own(kpi.code, entity, p) for p in there or inner]
        parts = [part for part in found if part is not None]
        if not parts or (there and len(parts) < len(found)):
            return None
        if kpi.time_rollup == "last":
            return parts[-1]
        count = 1 if kpi.time_rollup == "sum" else len(parts)
        bases = [part.baseline for part in parts if part.baseline is not None]
        zero = Fraction(0)
        return Wanted(
            sum((part.low for part in parts), zero) / count,
            sum((part.high for part in parts), zero) / count,
            sum(bases, zero) / count if len(bases) == len(parts) else None,
        )


def attainment(kpi: Kpi, value: Fraction, wanted: Wanted) -> Fraction | None:
    """The raw attainment; None if the target cannot be used."""
    base, low, high = wanted.baseline, wanted.low, wanted.high
    if kpi.direction == "band":
        return band_attainment(value, wanted)
    lower = kpi.direction == "lower"
    if base is None:
        if low <= 0:
            return None
        return 2 - value / low if lower else value / low
    if base == high:
        good = value <= low if lower else value >= low
        return Fraction(int(good))
    if (base > low) != lower:
        return None
    return (value - base) / (low - base)


def band_attainment(value: Fraction, wanted: Wanted) -> Fraction:
    """The raw attainment of a value that should lie in a band."""
    base, low, high = wanted.baseline, wanted.low, wanted.high
    if low <= value <= high:
        return Fraction(1)
    distance = max(low - value, value - high)
    width = high - low if base is None else min(abs(base - low), abs(base - high))
    return 1 - distance / width if width else Fraction(0)
