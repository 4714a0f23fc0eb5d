"""What a KPI's value is in periods longer and shorter than its own."""

import numpy as np

from kpialign.scoring.arrays import BoolArray
from kpialign.scoring.frame import Frame
from kpialign.scoring.inputs import CascadeInput, KpiInput, Length
from kpialign.scoring.own import Block
from kpialign.scoring.series import Series, missing
from kpialign.scoring.timing import Extent, Rolled, roll, spread, whole


class Values:
    """The values of every KPI, read by formulas and by scores."""

    def __init__(self, inputs: CascadeInput, frame: Frame, blocks: dict[Length, Block]) -> None:
        """Read from these blocks, which fill up while formulas are calculated."""
        self.inputs = inputs
        self.frame = frame
        self.blocks = blocks
        self._place = {
            int(node): (block, row)
            for block in blocks.values()
            for row, node in enumerate(block.nodes)
        }

    def kpi(self, node: int) -> KpiInput:
        """Give how a KPI is measured."""
        block, row = self._place[node]
        return block.kpis[row]

    def own(self, node: int) -> Series:
        """Give a KPI's own values, of shape [entity, own period]."""
        block, row = self._place[node]
        return block.series(row)

    def place(self, node: int) -> tuple[Block, int]:
        """Give the block and row in which a KPI's own figures lie."""
        return self._place[node]

    def held(self, node: int, length: Length) -> Series:
        """Give what a KPI shows in periods shorter than its own: its latest one that has ended."""
        own = self.own(node)
        index = self.frame.latest_ended(self.kpi(node).length, length)
        shown = Series(own.value[:, index], own.provisional[:, index])
        return shown.where((index >= 0) & self.frame.in_time[length])

    def held_to_date(self, series: Series, own_length: Length, length: Length) -> Series:
        """Show a series of the fiscal year so far in shorter periods, within the same year."""
        index = self.frame.latest_ended(own_length, length)
        shown = Series(series.value[:, index], series.provisional[:, index])
        begun = self.frame.ended_in_year(own_length, length)
        return shown.where(begun & self.frame.in_time[length])

    def held_so_far(self, node: int, so_far: Series, length: Length) -> Series:
        """Show an input's year so far in shorter periods, until its first own period the held."""
        own_length = self.kpi(node).length
        begun = self.frame.ended_in_year(own_length, length)
        shown, held = self.held_to_date(so_far, own_length, length), self.held(node, length)
        return Series(
            np.where(begun, shown.value, held.value),
            np.where(begun, shown.provisional, held.provisional),
        )

    def months_there(self, node: int, extent: Extent) -> BoolArray:
        """Tell which months an input has when it is looked at in periods of an extent."""
        own_length = self.kpi(node).length
        if own_length.months > extent.covering.months:
            return self.held(node, Length.MONTH).present
        there = spread(self.own(node).present, own_length.months)
        if own_length.months > extent.length.months:  # a year so far that begins with the held
            begun = self.frame.ended_in_year(own_length, Length.MONTH)
            there = there | (self.held(node, Length.MONTH).present & ~begun)
        return there

    def lies_within(self, months: BoolArray | None, length: Length) -> BoolArray:
        """Tell of each period whether its months, those in the time of scores, are all given."""
        outside = ~self.frame.overlapping[Length.MONTH]
        return whole(outside if months is None else months | outside, length.months)

    def rolled(self, node: int, extent: Extent, months: BoolArray | None) -> Rolled:
        """Roll an input's own periods up over those that lie wholly within the months given."""
        kpi = self.kpi(node)
        own = self.own(node)
        taken = own.present
        if months is not None:
            taken = taken & self.lies_within(months, kpi.length)
        return roll(
            own,
            taken,
            kpi.time_rollup,
            size=extent.size // kpi.length.months,
            every=extent.length.months // kpi.length.months,
        )

    def blank(self, length: Length) -> Series:
        """Make a series without values, of shape [entity, period]."""
        return missing((len(self.inputs.entities), self.frame.calendar.count(length)))
