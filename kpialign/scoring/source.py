"""What a formula reads: inputs over the months taken, and whole periods in time functions."""

from typing import Protocol

import numpy as np

from kpialign.scoring.arrays import BoolArray
from kpialign.scoring.formula import Formula, Reference
from kpialign.scoring.formulas import Formulas
from kpialign.scoring.frame import Frame
from kpialign.scoring.inputs import Length
from kpialign.scoring.lookback import days_before, periods_before, preceded
from kpialign.scoring.series import Series
from kpialign.scoring.timing import Extent, roll
from kpialign.scoring.values import Values


class Readable(Protocol):
    """Where a formula's inputs come from."""

    values: Values

    def whole(self, node: int, length: Length) -> Series:
        """Give the values that a KPI has in periods without a gap."""

    def over(self, node: int, extent: Extent, taken: BoolArray) -> Series:
        """Give an input's values over no other months than those taken."""

    def to_date(self, node: int, length: Length) -> Series:
        """Give a KPI's values over the fiscal year so far."""


class FormulaSource:
    """The inputs of one formula in periods of one extent."""

    def __init__(
        self,
        inputs: Readable,
        formulas: Formulas,
        formula: Formula,
        extent: Extent,
        taken: BoolArray,
    ) -> None:
        """Read over the months taken."""
        self._inputs = inputs
        self._formulas = formulas
        self._extent = extent
        self._taken = taken
        self.before = periods_before(formula, extent.length)
        self.periods_per_year = Length.YEAR.months // extent.length.months

    @property
    def _frame(self) -> Frame:
        return self._inputs.values.frame

    def reference(self, reference: Reference) -> Series:
        """Give the values of a KPI."""
        node = self._formulas.input(reference)
        if not reference.timed:
            return self._inputs.over(node, self._extent, self._taken)
        length = self._extent.length
        if reference.to_date:
            return preceded(self._inputs.to_date(node, length), self.before)
        return preceded(self._inputs.whole(node, length), self.before)

    def days(self, *, timed: bool) -> Series:
        """Give the days of whole periods, or of the months taken."""
        frame, length = self._frame, self._extent.length
        if timed:
            earlier = days_before(frame.calendar, length, self.before)
            days = np.concatenate([earlier, frame.days(length).astype(np.float64)])[None, :]
            return Series(days, np.zeros(days.shape, dtype=np.bool_))
        month_days = np.broadcast_to(frame.days(Length.MONTH), self._taken.shape)
        months = Series(month_days.astype(np.float64), np.zeros_like(self._taken))
        size, every = self._extent.size, length.months
        return roll(months, self._taken, "sum", size=size, every=every).series
