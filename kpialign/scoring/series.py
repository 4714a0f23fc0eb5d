"""A series of values and, cell by cell, whether it rests on a provisional figure."""

from dataclasses import dataclass

import numpy as np

from kpialign.scoring.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Series:
    """Values, NaN where missing, and the cells that rest on a submitted, not yet approved figure.

    Both arrays are of shape [entity, period], or without dimensions for a constant.
    """

    value: FloatArray
    provisional: BoolArray

    def where(self, mask: BoolArray) -> "Series":
        """Keep the cells of the mask; the others are missing."""
        return Series(np.where(mask, self.value, np.nan), self.provisional & mask)

    @property
    def present(self) -> BoolArray:
        """Tell which cells have a value."""
        return ~np.isnan(self.value)


def constant(value: float) -> Series:
    """Make a series that has the same value everywhere."""
    return Series(np.array(value), np.zeros((), dtype=np.bool_))


def missing(shape: tuple[int, ...]) -> Series:
    """Make a series without any value."""
    return Series(np.full(shape, np.nan), np.zeros(shape, dtype=np.bool_))


def finite(value: FloatArray) -> FloatArray:
    """Turn what is not finite into missing."""
    return np.where(np.isfinite(value), value, np.nan)


def at_ends(series: Series, size: int) -> Series:
    """Put each period's value at the last of the `size` periods inside it, nothing before."""
    *others, count = series.value.shape
    spread_out = missing((*others, count * size))
    spread_out.value[..., size - 1 :: size] = series.value
    spread_out.provisional[..., size - 1 :: size] = series.provisional
    return spread_out
