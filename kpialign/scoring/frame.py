"""The time of scores, the months of entities, and how periods of different length lie together."""

import numpy as np

from kpialign.scoring.arrays import BoolArray, IntArray, grouped
from kpialign.scoring.inputs import LENGTHS, CascadeInput, Length


class Frame:
    """Which periods exist for scores, entity by entity, and how periods lie inside one another.

    `active` and `in_time` are of shape [entity, period] for each length: an entity is active in a
    period if it is in any of its months; a period is in time if it also overlaps the time of
    scores. `ended` tells of each period whether it ended by the reporting date.
    """

    def __init__(self, inputs: CascadeInput) -> None:
        """Work out every mask once."""
        self.calendar = inputs.calendar
        months = _active_months(inputs)
        self.active: dict[Length, BoolArray] = {}
        self.in_time: dict[Length, BoolArray] = {}
        self.overlapping: dict[Length, BoolArray] = {}
        self.ended: dict[Length, BoolArray] = {}
        for length in LENGTHS:
            inside = grouped(months, length.months)
            active: BoolArray = np.logical_or.reduce(inside, axis=2)
            self.active[length] = active
            self.overlapping[length] = self._overlaps(length, inputs)
            self.in_time[length] = active & self.overlapping[length]
            self.ended[length] = self._has_ended(length, inputs)

    def _overlaps(self, length: Length, inputs: CascadeInput) -> BoolArray:
        count = self.calendar.count(length)
        if inputs.span_start is None or inputs.span_end is None:
            return np.zeros(count, dtype=np.bool_)
        begins_before_end = self.calendar.start(length) <= inputs.span_end
        return begins_before_end & (self.calendar.end(length) >= inputs.span_start)

    def _has_ended(self, length: Length, inputs: CascadeInput) -> BoolArray:
        if inputs.span_end is None:
            return np.zeros(self.calendar.count(length), dtype=np.bool_)
        return self.calendar.end(length) <= inputs.span_end

    def latest_ended(self, own: Length, shown: Length) -> IntArray:
        """Give for each period shown the latest own period ended by its end, -1 if none."""
        months_passed = (np.arange(self.calendar.count(shown)) + 1) * shown.months
        return months_passed // own.months - 1

    def ended_in_year(self, own: Length, shown: Length) -> BoolArray:
        """Tell of each period shown whether its fiscal year has an own period ended by its end."""
        months_passed = np.arange(self.calendar.count(shown)) * shown.months
        first_month = months_passed // Length.YEAR.months * Length.YEAR.months
        began: BoolArray = self.latest_ended(own, shown) * own.months >= first_month
        return began

    def days(self, length: Length) -> IntArray:
        """Count the days of every period of a length."""
        return self.calendar.end(length) - self.calendar.start(length) + 1


def _active_months(inputs: CascadeInput) -> BoolArray:
    month = np.arange(inputs.calendar.count(Length.MONTH))
    active = np.ones((len(inputs.entities), len(month)), dtype=np.bool_)
    for position, entity in enumerate(inputs.entities):
        if entity.active_from is not None:
            active[position] &= month >= entity.active_from
        if entity.active_to is not None:
            active[position] &= month <= entity.active_to
    return active
