"""Time roll-up: what a longer period has, from the own periods inside it."""

from dataclasses import dataclass

import numpy as np

from kpialign.scoring.arrays import BoolArray, FloatArray, IntArray, grouped
from kpialign.scoring.inputs import Length, TimeRollup
from kpialign.scoring.series import Series, finite


@dataclass(frozen=True)
class Extent:
    """What is taken into a period: its own months, or the fiscal year so far."""

    length: Length
    to_date: bool = False

    @property
    def covering(self) -> Length:
        """Give the length of the period that is rolled up, wholly or so far."""
        return Length.YEAR if self.to_date else self.length

    @property
    def size(self) -> int:
        """Count the months that are rolled up together."""
        return self.covering.months


@dataclass(frozen=True, eq=False)
class Rolled:
    """A rolled-up series, and how many of the own periods were taken into each period."""

    series: Series
    count: IntArray


class _Running:
    """What own periods add up to, or the last of them, while they are taken one by one."""

    def __init__(self, shape: tuple[int, ...], rule: TimeRollup) -> None:
        self._rule = rule
        self._value = np.full(shape, np.nan) if rule == "last" else np.zeros(shape)
        self._count = np.zeros(shape, dtype=np.int64)
        self._provisional = np.zeros(shape, dtype=np.bool_)

    def take(self, value: FloatArray, provisional: BoolArray, taken: BoolArray) -> None:
        self._count = self._count + taken
        if self._rule == "last":
            self._value = np.where(taken, value, self._value)
            self._provisional = np.where(taken, provisional, self._provisional)
        else:
            self._value = self._value + np.where(taken, value, 0.0)
            self._provisional = self._provisional | (taken & provisional)

    def rolled(self) -> tuple[FloatArray, BoolArray, IntArray]:
        value = self._value
        if self._rule != "last":
            value = np.where(self._count > 0, value, np.nan)
        if self._rule in ("average", "formula"):
            value = value / np.maximum(self._count, 1)
        return finite(value), self._provisional, self._count


def roll(
    series: Series, taken: BoolArray, rule: TimeRollup, *, size: int, every: int | None = None
) -> Rolled:
    """Roll the last axis up in groups of `size` own periods, of which only the taken ones count.

    With `every`, each group also gives its running values after that many own periods: the fiscal
    year so far. Additions go own period by own period, so that the bits never depend on what
    stands beside. `formula`, of targets, is the plain mean.
    """
    every = size if every is None else every
    value = grouped(series.value, size)
    provisional = grouped(series.provisional, size)
    taken = grouped(taken, size)
    running = _Running(value.shape[:-1], rule)
    parts = []
    with np.errstate(over="ignore", invalid="ignore"):
        for position in range(size):
            here = (..., position)
            running.take(value[here], provisional[here], taken[here])
            if (position + 1) % every == 0:
                parts.append(running.rolled())
    shape = (*series.value.shape[:-1], series.value.shape[-1] // every)
    values, flags, counts = (
        np.stack(column, axis=-1).reshape(shape) for column in zip(*parts, strict=True)
    )
    return Rolled(Series(values, flags), counts)


def spread(array: BoolArray, times: int) -> BoolArray:
    """Repeat each period for the shorter periods inside it."""
    return np.repeat(array, times, axis=-1)


def throughout(months: BoolArray, extent: Extent) -> BoolArray:
    """Tell of each period whether every month of its extent is in the mask."""
    if not extent.to_date:
        return whole(months, extent.length.months)
    years = grouped(months, extent.size)
    unbroken = np.logical_and.accumulate(years, axis=-1).reshape(months.shape)
    return unbroken[..., extent.length.months - 1 :: extent.length.months]


def whole(months: BoolArray, size: int) -> BoolArray:
    """Tell of each period of `size` months whether all of its months are in the mask."""
    if size == 1:
        return months
    inside: BoolArray = np.logical_and.reduce(grouped(months, size), axis=-1)
    return inside
