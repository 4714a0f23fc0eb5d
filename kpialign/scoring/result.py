"""A KPI's own result: its values, targets, attainment, score and coverage in every period."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kpialign.scoring.arrays import BoolArray, FloatArray, IntArray, MarkArray
from kpialign.scoring.attainment import (
    Aims,
    assumes_baseline,
    attainment,
    score_of,
)
from kpialign.scoring.calculation import Calculation, Task
from kpialign.scoring.consolidation import Consolidation
from kpialign.scoring.inputs import LENGTHS, CascadeInput, Direction, KpiInput, Length
from kpialign.scoring.own import Block
from kpialign.scoring.periods import RolledAims, coverage_of, roll_aims
from kpialign.scoring.results import QUANTITIES, Mark, Results
from kpialign.scoring.series import Series
from kpialign.scoring.targets import CELLS, Rows, consolidate_targets, rows_for
from kpialign.scoring.timing import Extent, roll, throughout

# So many KPIs at once stay in the processor's cache and keep what is in between small.
ROWS_IN_RUN = 512


@dataclass(frozen=True, eq=False)
class Group:
    """Rows of a block whose KPIs are measured alike."""

    kpi: KpiInput
    rows: list[int]
    nodes: IntArray


def groups_of(block: Block) -> list[Group]:
    """Group a block's KPIs by all that decides how their periods are worked out, in short runs."""
    rows: dict[tuple[str, str, bool, Direction, bool], list[int]] = {}
    for row, kpi in enumerate(block.kpis):
        evaluated = bool(kpi.formula) and kpi.time_rollup == "formula"
        key = (kpi.time_rollup, kpi.entity_rollup, kpi.is_money, kpi.direction, evaluated)
        rows.setdefault(key, []).append(row)
    runs = [
        some[first : first + ROWS_IN_RUN]
        for some in rows.values()
        for first in range(0, len(some), ROWS_IN_RUN)
    ]
    return [Group(block.kpis[run[0]], run, block.nodes[run]) for run in runs]


@dataclass(frozen=True, eq=False)
class Found:
    """What was found for a group in periods of one length, arrays [kpi, entity, period]."""

    series: Series
    aims: Aims
    marks: MarkArray


class BlockResult:
    """Writes the results of the KPIs of one length."""

    def __init__(
        self,
        inputs: CascadeInput,
        block: Block,
        calculation: Calculation,
        consolidation: Consolidation,
    ) -> None:
        """Lay out the targets of the block's KPIs."""
        self._inputs = inputs
        self._block = block
        self._calculation = calculation
        self._frame = calculation.values.frame
        self._exact_rows: dict[Length, Rows] = {}
        self.groups = groups_of(block)
        self.targets = rows_for(inputs, block, block.length, split=True)
        for group in self.groups:
            consolidate_targets(self.targets, block, group.rows, consolidation)
        self.targets.cells[:, :, ~self._frame.active[block.length]] = np.nan

    def write(self, results: Results) -> None:
        """Write own and longer periods, then what shorter ones show of them."""
        longer = LENGTHS[self._block.length.rank + 1 :]
        for group in self.groups:
            self._write_own(results, group)
            for length in longer:
                self._write_longer(results, group, length)
        for length in LENGTHS[: self._block.length.rank]:
            self._hold(results, length)
        self._forget_outside(results)

    def _write_own(self, results: Results, group: Group) -> None:
        figures, rows = self._block.figures, group.rows
        series = Series(figures.value[rows], figures.provisional[rows])
        marks = np.where(figures.consolidated[rows], Mark.CONSOLIDATED, 0).astype(np.uint8)
        marks |= np.where(figures.settled[rows], Mark.ENTERED, 0).astype(np.uint8)
        found = Found(series, self.targets.aims(rows), marks)
        self._store(results, group, self._block.length, found, None)

    def gaps(self) -> Iterator[tuple[Group, Length, BoolArray]]:
        """Give where a figure without a target leaves a longer period without one."""
        for group in self.groups:
            for length in LENGTHS[self._block.length.rank + 1 :]:
                yield group, length, self._longer(group, length)[1] & self._frame.in_time[length]

    def _write_longer(self, results: Results, group: Group, length: Length) -> None:
        kpi = group.kpi
        size = length.months // self._block.length.months
        present = ~np.isnan(self._block.figures.value[group.rows])
        ended = self._frame.ended[self._block.length]

        def coverage(known: BoolArray) -> FloatArray:
            return coverage_of(known, present, ended, kpi.time_rollup, size)

        self._store(results, group, length, self._longer(group, length)[0], coverage)

    def _longer(self, group: Group, length: Length) -> tuple[Found, BoolArray]:
        kpi, rows = group.kpi, group.rows
        own = Series(self._block.figures.value[rows], self._block.figures.provisional[rows])
        size = length.months // self._block.length.months
        if kpi.time_rollup == "formula":
            series, complete = self._evaluated(group, length)
        else:
            rolled = roll(own, own.present, kpi.time_rollup, size=size)
            series, complete = rolled.series, rolled.count == size
        aims = roll_aims(
            self.targets.aims(rows),
            own.present,
            series.present,
            rule=kpi.time_rollup,
            direction=kpi.direction,
            size=size,
        )
        if kpi.time_rollup == "formula":
            aims = _exact_first(self._exact(length), rows, aims)
        marks = np.where(series.present & ~complete, Mark.TO_DATE, 0).astype(np.uint8)
        return Found(series, aims.aims, marks), aims.gap

    def _exact(self, length: Length) -> Rows:
        if length not in self._exact_rows:
            rows = rows_for(self._inputs, self._block, length, split=False)
            self._exact_rows[length] = rows
        return self._exact_rows[length]

    def _evaluated(self, group: Group, length: Length) -> tuple[Series, BoolArray]:
        extent = Extent(length)
        done = [self._calculation.result(Task(int(node), extent)) for node in group.nodes]
        series = Series(
            np.stack([one.series.value for one in done]),
            np.stack([one.series.provisional for one in done]),
        )
        return series, np.stack([throughout(one.taken, extent) for one in done])

    def _store(
        self,
        results: Results,
        group: Group,
        length: Length,
        found: Found,
        coverage: Callable[[BoolArray], FloatArray] | None,
    ) -> None:
        direction = group.kpi.direction
        in_time = self._frame.in_time[length]
        if length is self._block.length:
            # Shorter periods show the target of an own period that ended before the time of scores.
            in_time = self._frame.active[length]
        aims = found.aims
        scored = aims.in_force(direction) & in_time
        raw = np.where(scored, attainment(found.series.value, aims, direction), np.nan)
        known = ~np.isnan(raw)
        covered = known.astype(np.float64) if coverage is None else coverage(known)
        assumed = scored & assumes_baseline(aims, direction)
        resting = known & found.series.provisional
        marks = found.marks | np.where(assumed, Mark.BASELINE_ASSUMED, 0).astype(np.uint8)
        marks |= np.where(resting, Mark.PROVISIONAL, 0).astype(np.uint8)
        submitted = found.series.present & found.series.provisional
        marks |= np.where(submitted, Mark.VALUE_PROVISIONAL, 0).astype(np.uint8)
        band = direction == "band"
        first = self._frame.calendar.offset(length)
        columns = slice(first, first + in_time.shape[-1])

        def put(array: NDArray[Any], cells: NDArray[Any]) -> None:
            array[:, group.nodes, columns] = np.swapaxes(cells, 0, 1)

        put(results.value, np.where(in_time, found.series.value, np.nan))
        put(results.target, np.where(scored, aims.low if band else aims.target, np.nan))
        if band:
            put(results.target_high, np.where(scored, aims.high, np.nan))
        put(results.baseline, np.where(scored, aims.baseline, np.nan))
        put(results.attainment, raw)
        put(results.score, score_of(raw))
        put(results.coverage, np.where(scored, covered, np.nan))
        put(results.marks, np.where(in_time, marks, 0))

    def _hold(self, results: Results, length: Length) -> None:
        own_length = self._block.length
        calendar = self._frame.calendar
        index = self._frame.latest_ended(own_length, length)
        shown = (index >= 0) & self._frame.in_time[length]
        source = calendar.offset(own_length) + index
        first = calendar.offset(length)
        columns = slice(first, first + len(index))
        for group in self.groups:
            for name in QUANTITIES:
                array = getattr(results, name)
                cells = np.where(shown[:, None], array[:, group.nodes][:, :, source], np.nan)
                array[:, group.nodes, columns] = cells
            held = results.marks[:, group.nodes][:, :, source] | np.uint8(Mark.HELD)
            results.marks[:, group.nodes, columns] = np.where(shown[:, None], held, 0)

    def _forget_outside(self, results: Results) -> None:
        first = self._frame.calendar.offset(self._block.length)
        for entity, in_time in enumerate(self._frame.in_time[self._block.length]):
            cells = np.ix_(self._block.nodes, first + np.flatnonzero(~in_time))
            for name in QUANTITIES:
                getattr(results, name)[entity][cells] = np.nan
            results.marks[entity][cells] = 0


def _exact_first(exact: Rows, rows: list[int], rolled: RolledAims) -> RolledAims:
    given = exact.given[rows]
    row = exact.aims(rows)
    cells = {
        name: np.where(given, getattr(row, name), getattr(rolled.aims, name)) for name in CELLS
    }
    return RolledAims(Aims(**cells), rolled.gap & ~given)
