"""A KPI's own periods inside a longer one: value, target, coverage, and what is missing."""

from dataclasses import dataclass

import numpy as np

from kpialign.scoring.arrays import BoolArray, FloatArray, grouped
from kpialign.scoring.attainment import Aims
from kpialign.scoring.inputs import Direction, TimeRollup
from kpialign.scoring.series import Series
from kpialign.scoring.targets import CELLS
from kpialign.scoring.timing import roll


@dataclass(frozen=True, eq=False)
class RolledAims:
    """What is aimed at in longer periods, and where a figure without a target spoils others'."""

    aims: Aims
    gap: BoolArray


def roll_aims(
    own: Aims,
    present: BoolArray,
    valued: BoolArray,
    *,
    rule: TimeRollup,
    direction: Direction,
    size: int,
) -> RolledAims:
    """Roll targets up over the same own periods as the value.

    `present` tells which own periods have a value, `valued` which longer ones. Where there is no
    value, those own periods are taken that have a target in force. An own period with
    a value and no target leaves the longer period without; one without a baseline leaves it
    without a baseline.
    """
    in_force = own.in_force(direction)
    valued = valued & _any_inside(present, size)
    taken = np.where(np.repeat(valued, size, axis=-1), present, in_force)
    gap = _any_inside(taken & ~in_force, size)
    rolled = {}
    for name in CELLS:
        cell = getattr(own, name)
        found = roll(Series(cell, np.zeros_like(taken)), taken, rule, size=size).series.value
        rolled[name] = np.where(gap, np.nan, found)
    return RolledAims(Aims(**rolled), gap & _any_inside(in_force, size))


def coverage_of(
    known: BoolArray, present: BoolArray, ended: BoolArray, rule: TimeRollup, size: int
) -> FloatArray:
    """Give the share of own periods ended by the reporting date that have a value.

    An unknown score has none; where no own period has ended yet it is 1; for `last` it is 1 if
    the last of them is there.
    """
    has_ended = ended.reshape(-1, size)
    delivered = grouped(present, size) & has_ended
    count = has_ended.sum(axis=-1)
    share = delivered.sum(axis=-1) / np.maximum(count, 1)
    share = np.where(count == 0, 1.0, share)
    if rule == "last":
        last = np.maximum(count - 1, 0)
        final = np.take_along_axis(
            delivered, np.broadcast_to(last[..., None], (*delivered.shape[:-1], 1)), axis=-1
        )
        share = np.where(final[..., 0], 1.0, share)
    return np.where(known, share, 0.0)


def _any_inside(mask: BoolArray, size: int) -> BoolArray:
    found: BoolArray = np.logical_or.reduce(grouped(mask, size), axis=-1)
    return found
