"""The KPIs' values in their own periods: what was entered, and what groups take from members."""

from dataclasses import dataclass

import numpy as np

from kpialign.scoring.arrays import BoolArray, IntArray
from kpialign.scoring.consolidation import Consolidation, Figures
from kpialign.scoring.frame import Frame
from kpialign.scoring.inputs import LENGTHS, CascadeInput, KpiInput, Length
from kpialign.scoring.participation import takes_part
from kpialign.scoring.series import Series


@dataclass(frozen=True, eq=False)
class Block:
    """The KPIs of one length: their node positions, and figures of shape [kpi, entity, period].

    In `figures`, `settled` are the cells that were entered.
    """

    length: Length
    nodes: IntArray
    kpis: tuple[KpiInput, ...]
    figures: Figures
    part: BoolArray
    in_time: BoolArray

    def series(self, row: int) -> Series:
        """Give one KPI's own values, of shape [entity, period]."""
        return Series(self.figures.value[row], self.figures.provisional[row])

    def rows(self, *, calculated: bool) -> list[int]:
        """List the rows of KPIs with, or without, a formula."""
        return [row for row, kpi in enumerate(self.kpis) if bool(kpi.formula) == calculated]


def own_blocks(
    inputs: CascadeInput, frame: Frame, first: IntArray, consolidation: Consolidation
) -> dict[Length, Block]:
    """Lay the entered figures out, one block a length, and consolidate what has no formula."""
    blocks = {}
    for length in LENGTHS:
        block = _entered(inputs, frame, length, first, consolidation)
        blocks[length] = block
        for rows in alike(block.kpis, block.rows(calculated=False)):
            consolidate(block, rows, consolidation)
    return blocks


def _entered(
    inputs: CascadeInput,
    frame: Frame,
    length: Length,
    first: IntArray,
    consolidation: Consolidation,
) -> Block:
    nodes = [
        position
        for position, node in enumerate(inputs.nodes)
        if node.kpi is not None and node.kpi.length is length
    ]
    shape = (len(nodes), len(inputs.entities), inputs.calendar.count(length))
    value = np.full(shape, np.nan)
    provisional = np.zeros(shape, dtype=np.bool_)
    actuals = inputs.actuals
    row_of = np.full(len(inputs.nodes), -1)
    entered = np.array(
        [node.kpi is not None and not node.kpi.formula for node in inputs.nodes], dtype=np.bool_
    )
    row_of[nodes] = np.arange(len(nodes))
    here = row_of[actuals.kpi] >= 0
    # A KPI with a formula takes no actual.
    here &= entered[actuals.kpi]
    cells = (row_of[actuals.kpi[here]], actuals.entity[here], actuals.period[here])
    value[cells] = actuals.value[here]
    provisional[cells] = actuals.provisional[here]
    value[:, ~frame.in_time[length]] = np.nan
    kpis = [inputs.nodes[node].kpi for node in nodes]
    return Block(
        length=length,
        nodes=np.array(nodes, dtype=np.int64),
        kpis=tuple(kpi for kpi in kpis if kpi is not None),
        figures=Figures(value, provisional, ~np.isnan(value), np.zeros(shape, dtype=np.bool_)),
        part=takes_part(first[nodes], length, frame, consolidation.children),
        in_time=frame.in_time[length],
    )


def alike(kpis: tuple[KpiInput, ...], rows: list[int]) -> list[list[int]]:
    """Group the rows of KPIs that roll up alike over entities and time."""
    groups: dict[tuple[str, str, bool], list[int]] = {}
    for row in rows:
        kpi = kpis[row]
        groups.setdefault((kpi.time_rollup, kpi.entity_rollup, kpi.is_money), []).append(row)
    return list(groups.values())


def consolidate(block: Block, rows: list[int], consolidation: Consolidation) -> None:
    """Fill the groups' figures of KPIs that roll up alike, where their rule takes members'."""
    kpi = block.kpis[rows[0]]
    if kpi.entity_rollup not in ("sum", "average") or block.part.shape[1] == 1:
        return
    every = block.figures
    some = Figures(
        every.value[rows], every.provisional[rows], every.settled[rows], every.consolidated[rows]
    )
    consolidation.fill(some, block.part[rows], block.in_time, kpi)
    every.value[rows] = some.value
    every.provisional[rows] = some.provisional
    every.consolidated[rows] = some.consolidated
