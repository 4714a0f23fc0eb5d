"""The periods before the calendar, into which time functions may look."""

from datetime import date

import numpy as np

from kpialign.scoring.arrays import FloatArray
from kpialign.scoring.formula.steps import Formula
from kpialign.scoring.inputs import Calendar, Length
from kpialign.scoring.series import Series

# Further back every period is like the one before it: no KPI has a value there.
FURTHEST = 1_500


def periods_before(formula: Formula, length: Length) -> int:
    """Count the periods that a formula's time functions can reach before the first one."""
    periods, years = formula.reach
    return min(periods + years * (Length.YEAR.months // length.months), FURTHEST)


def preceded(series: Series, before: int) -> Series:
    """Put periods without a value in front of a series."""
    ahead = ((0, 0),) * (series.value.ndim - 1) + ((before, 0),)
    return Series(
        np.pad(series.value, ahead, constant_values=np.nan), np.pad(series.provisional, ahead)
    )


def days_before(calendar: Calendar, length: Length, before: int) -> FloatArray:
    """Count the days of the periods before the calendar, in the months people know."""
    first = date.fromordinal(int(calendar.month_starts[0]))
    starts = [_months_earlier(first, length.months * step) for step in range(before, -1, -1)]
    return np.diff(np.array(starts, dtype=np.float64))


def _months_earlier(day: date, months: int) -> int:
    month = max(day.year * 12 + day.month - 1 - months, 12)
    return date(month // 12, month % 12 + 1, 1).toordinal()
