"""Which target is in force in which own period: rows, members' targets of a group."""

from dataclasses import dataclass

import numpy as np

from kpialign.scoring.arrays import BoolArray, FloatArray, grouped
from kpialign.scoring.attainment import Aims
from kpialign.scoring.consolidation import Consolidation
from kpialign.scoring.inputs import LENGTHS, CascadeInput, KpiInput, Length
from kpialign.scoring.own import Block
from kpialign.scoring.series import finite

CELLS = ("baseline", "target", "low", "high")


@dataclass(frozen=True, eq=False)
class Rows:
    """Target rows laid out over periods: cells [4, kpi, entity, period], and where a row holds."""

    cells: FloatArray
    given: BoolArray

    def aims(self, rows: list[int]) -> Aims:
        """Give the cells of some KPIs by name, each of shape [kpi, entity, period]."""
        return Aims(*(self.cells[position][rows] for position in range(len(CELLS))))


def rows_for(inputs: CascadeInput, block: Block, length: Length, *, split: bool) -> Rows:
    """Lay out the rows of a block's KPIs over the periods of a length.

    A row holds for the inner periods without a row of their own; whole rows win, blank cells
    included. With `split`, a row of a longer period of a `sum` is divided among those inside.
    """
    shape = (len(block.nodes), len(inputs.entities), inputs.calendar.count(length))
    cells = np.full((len(CELLS), *shape), np.nan)
    given = np.zeros(shape, dtype=np.bool_)
    row_of = np.full(len(inputs.nodes), -1)
    row_of[block.nodes] = np.arange(len(block.nodes))
    sums = np.array([split and kpi.time_rollup == "sum" for kpi in block.kpis], dtype=np.bool_)
    targets = inputs.targets
    columns = np.stack([targets.baseline, targets.target, targets.low, targets.high])
    mine = row_of[targets.kpi] >= 0
    for longer in reversed(LENGTHS[length.rank :]):
        chosen = mine & (targets.length == longer.rank)
        ratio = longer.months // length.months
        kpi = row_of[targets.kpi[chosen]]
        divided = columns[:, chosen] / np.where(sums[kpi], float(ratio), 1.0)
        place = (kpi, targets.entity[chosen], targets.period[chosen])
        grouped(cells, ratio)[:, *place] = divided[:, :, None]
        grouped(given, ratio)[place] = True
    return Rows(cells, given)


def consolidate_targets(
    rows: Rows, block: Block, chosen: list[int], consolidation: Consolidation
) -> None:
    """Give groups without a row of their own the sum of their members' targets, in place."""
    kpi = block.kpis[chosen[0]]
    if kpi.entity_rollup != "sum" or block.part.shape[1] == 1:
        return
    cells = rows.cells[:, chosen]
    given, part = rows.given[chosen], block.part[chosen]
    for parent in reversed(range(len(consolidation.children))):
        children = consolidation.children[parent]
        if children:
            total = _members(cells, part, kpi, consolidation, parent)
            found = np.where(given[:, parent], cells[:, :, parent], total)
            cells[:, :, parent] = found
    rows.cells[:, chosen] = cells


def _members(
    cells: FloatArray, part: BoolArray, kpi: KpiInput, consolidation: Consolidation, parent: int
) -> FloatArray:
    total = np.zeros_like(cells[:, :, parent])
    anyone = np.zeros(total.shape[1:], dtype=np.bool_)
    for child in consolidation.children[parent]:
        taken = part[:, child]
        with np.errstate(over="ignore", invalid="ignore"):
            converted = consolidation.conversion.converted(
                cells[:, :, child], kpi, child=child, parent=parent
            )
            # A blank cell of one who takes part is NaN and leaves the group's cell blank.
            total = total + np.where(taken, converted, 0.0)
        anyone |= taken
    return np.where(anyone, finite(total), np.nan)
