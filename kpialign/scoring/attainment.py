"""How far an actual has come from the baseline to the target."""

from dataclasses import dataclass

import numpy as np

from kpialign.scoring.arrays import BoolArray, FloatArray
from kpialign.scoring.inputs import Direction
from kpialign.scoring.series import finite

NOISE = 1e-12


@dataclass(frozen=True, eq=False)
class Aims:
    """What is aimed at: the four cells of a target, arrays of one shape, NaN where blank."""

    baseline: FloatArray
    target: FloatArray
    low: FloatArray
    high: FloatArray

    def in_force(self, direction: Direction) -> BoolArray:
        """Tell where there is a target at all: both edges for a band, else the target."""
        if direction == "band":
            return ~(np.isnan(self.low) | np.isnan(self.high))
        return ~np.isnan(self.target)


def attainment(value: FloatArray, aims: Aims, direction: Direction) -> FloatArray:
    """Give the raw attainment, NaN where unknown.

    >>> def raw(direction, value, *cells):
    ...     found = attainment(np.float64(value), Aims(*map(np.float64, cells)), direction)
    ...     return round(float(found), 12)
    >>> blank = np.nan
    >>> raw("higher", 14, 10, 15, blank, blank)
    0.8
    >>> raw("lower", 51, 60, 45, blank, blank)
    0.6
    >>> raw("lower", 55, blank, 50, blank, blank)
    0.9
    >>> raw("band", 110, blank, blank, 95, 105)
    0.5
    >>> raw("lower", 50, 45, 60, blank, blank)
    nan
    """
    with np.errstate(all="ignore"):
        if direction == "band":
            raw = _in_band(value, aims)
        else:
            raw = _towards(value, aims, sign=1.0 if direction == "higher" else -1.0)
        # A geometric roll-up would blow the noise around nothing reached up to whole points.
        return np.where(np.abs(raw) <= NOISE, 0.0, finite(raw))


def score_of(raw: FloatArray) -> FloatArray:
    """Cap a raw attainment to a score; unknown stays unknown.

    >>> score_of(np.array([-0.4, 0.8, 1.2])).tolist()
    [0.0, 80.0, 100.0]
    """
    return 100.0 * np.minimum(1.0, np.maximum(0.0, raw))


def points_away(aims: Aims, direction: Direction) -> BoolArray:
    """Tell where the target is worse than the baseline."""
    sign = {"higher": 1.0, "lower": -1.0, "band": 0.0}[direction]
    worse: BoolArray = np.less(sign * aims.target, sign * aims.baseline)
    return worse & ~_is_level(aims.target, aims.baseline)


def needs_baseline(aims: Aims, direction: Direction) -> BoolArray:
    """Tell where a target of zero or less has no baseline."""
    return np.isnan(aims.baseline) & (aims.target <= 0) & (direction != "band")


def is_all_or_nothing(aims: Aims, direction: Direction) -> BoolArray:
    """Tell where the target is the baseline."""
    return _is_level(aims.target, aims.baseline) & (direction != "band")


def assumes_baseline(aims: Aims, direction: Direction) -> BoolArray:
    """Tell where a baseline of 0, or of twice the target, is assumed."""
    return np.isnan(aims.baseline) & (aims.target > 0) & (direction != "band")


def _towards(value: FloatArray, aims: Aims, *, sign: float) -> FloatArray:
    baseline, target = aims.baseline, aims.target
    way = target - baseline
    come = np.where(_is_level(value, baseline), 0.0, value - baseline)
    raw = np.where(sign * way > 0, come / way, np.nan)
    reached = np.where((sign * (value - target) >= 0) | _is_level(value, target), 1.0, 0.0)
    level = _is_level(target, baseline)
    raw = np.where(level, np.where(np.isnan(value), np.nan, reached), raw)
    share = value / target
    without = np.where(target > 0, share if sign > 0 else 2.0 - share, np.nan)
    return np.where(np.isnan(baseline), without, raw)


def _in_band(value: FloatArray, aims: Aims) -> FloatArray:
    low, high, baseline = aims.low, aims.high, aims.baseline
    distance = np.maximum(low - value, value - high)
    inside = (distance <= 0) | _is_level(value, low) | _is_level(value, high)
    from_baseline = np.minimum(np.abs(baseline - low), np.abs(baseline - high))
    width = np.where(np.isnan(baseline), high - low, from_baseline)
    at_edge = np.where(
        np.isnan(baseline),
        _is_level(low, high),
        _is_level(baseline, low) | _is_level(baseline, high),
    )
    raw = np.where(inside, 1.0, np.where(at_edge, 0.0, 1.0 - distance / width))
    known = ~np.isnan(value) & ((low <= high) | _is_level(low, high))
    return np.where(known, raw, np.nan)


def _is_level(left: FloatArray, right: FloatArray) -> BoolArray:
    """Tell where two numbers are equal but for the noise of adding up decimals in floats."""
    noise = NOISE * np.maximum(np.abs(left), np.abs(right))
    level: BoolArray = np.less_equal(np.abs(left - right), noise)
    return level
