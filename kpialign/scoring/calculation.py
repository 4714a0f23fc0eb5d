"""The values of calculated KPIs: each formula over the months that its inputs share."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np

from kpialign.scoring.arrays import BoolArray, grouped
from kpialign.scoring.formula import Formula
from kpialign.scoring.formula.evaluate import Observer, evaluate
from kpialign.scoring.formulas import Formulas
from kpialign.scoring.inputs import Length
from kpialign.scoring.series import Series, at_ends
from kpialign.scoring.source import FormulaSource
from kpialign.scoring.timing import Extent, throughout
from kpialign.scoring.values import Values

Key = tuple[int, Extent, bytes]


@dataclass(frozen=True, eq=False)
class Task:
    """One formula to be evaluated over periods, from no other months than those given."""

    node: int
    extent: Extent
    months: BoolArray | None = None

    @cached_property
    def key(self) -> Key:
        """Name the task by what decides its result."""
        mask = b"" if self.months is None else blake2b(self.months.tobytes()).digest()
        return self.node, self.extent, mask

    @property
    def of_year(self) -> "Task":
        """Give the same formula over whole fiscal years."""
        return Task(self.node, Extent(Length.YEAR), self.months)


@dataclass(frozen=True, eq=False)
class Calculated:
    """A formula's values, and the months that were taken into them."""

    series: Series
    taken: BoolArray


class Calculation:
    """Evaluates formulas on the values there are, nested ones first and without recursion."""

    def __init__(self, values: Values, formulas: Formulas, leaves: BoolArray) -> None:
        """Calculate on these values; `leaves` are the entities without members."""
        self.values = values
        self.formulas = formulas
        self._leaves = leaves
        self._done: dict[Key, Calculated] = {}

    def result(self, task: Task) -> Calculated:
        """Evaluate a formula, after every nested one that it takes over the same months."""
        stack = [] if task.key in self._done else [task]
        while stack:
            current = stack[-1]
            taken = self._taken(current)
            waiting = [one for one in self._nested(current, taken) if one.key not in self._done]
            if waiting:
                stack.extend(waiting)
            else:
                self._done[current.key] = self._evaluated(current, taken)
                stack.pop()
        return self._done[task.key]

    def observe(self, task: Task, observer: Observer) -> None:
        """Evaluate a formula again and show every step to an observer."""
        taken = self.result(task).taken
        formula = self.formulas.get(task.node)
        if formula is not None:
            evaluate(formula, self._source(task, formula, taken), observer)

    def whole(self, node: int, length: Length) -> Series:
        """Give the values that a KPI has in periods without a gap: what time functions read."""
        own_length = self.values.kpi(node).length
        if own_length is length:
            return self.values.own(node)
        if own_length.months > length.months:
            return self.values.held(node, length)
        extent = Extent(length)
        return self._without_gap(node, extent)

    def _without_gap(self, node: int, extent: Extent) -> Series:
        if self.is_evaluated(node, extent):
            series = self.result(Task(node, extent)).series
        else:
            series = self.values.rolled(node, extent, None).series
        return series.where(throughout(self.values.months_there(node, extent), extent))

    def over(self, node: int, extent: Extent, taken: BoolArray) -> Series:
        """Give an input's values over no other months than those taken."""
        values = self.values
        own_length = values.kpi(node).length
        if own_length.months > extent.length.months:
            if not extent.to_date:
                return values.held(node, extent.length)
            so_far = self.over(node, Extent(own_length, to_date=True), taken)
            return values.held_so_far(node, so_far, extent.length)
        if not self.is_evaluated(node, extent):
            return values.rolled(node, extent, taken).series
        task = self.narrowed(node, extent, taken)
        if self._is_own(task):
            return values.own(node).where(values.lies_within(task.months, own_length))
        return self.result(task).series

    def to_date(self, node: int, length: Length) -> Series:
        """Give a KPI's values over the fiscal year so far, missing where there is a gap."""
        own_length = self.values.kpi(node).length
        if own_length.months > length.months:
            return self.values.held_to_date(self.to_date(node, own_length), own_length, length)
        return self._without_gap(node, Extent(length, to_date=True))

    def is_evaluated(self, node: int, extent: Extent) -> bool:
        """Tell whether a KPI's value over an extent comes from its formula, not from a roll-up."""
        kpi = self.values.kpi(node)
        is_held = kpi.length.months > extent.length.months
        return bool(kpi.formula) and kpi.time_rollup == "formula" and not is_held

    def narrowed(self, node: int, extent: Extent, taken: BoolArray) -> Task:
        """Name the evaluation of a nested formula over those of the months taken that it has."""
        return Task(node, extent, taken & self.values.months_there(node, extent))

    def waits_for_year(self, task: Task) -> bool:
        """Tell whether a formula has to wait for the year's end: no period lies before a part."""
        formula = self.formulas.get(task.node)
        return task.extent.to_date and formula is not None and formula.uses_time

    def _is_own(self, task: Task) -> bool:
        own_length = self.values.kpi(task.node).length
        if task.extent != Extent(own_length) or task.months is None:
            return False
        some = np.logical_or.reduce(grouped(task.months, own_length.months), axis=-1)
        return not (some & ~self.values.lies_within(task.months, own_length)).any()

    def _nested(self, task: Task, taken: BoolArray) -> list[Task]:
        formula = self.formulas.get(task.node)
        if formula is None:
            return []
        if self.waits_for_year(task):
            return [task.of_year]
        tasks = []
        for reference in formula.references:
            node = self.formulas.input(reference)
            own_length = self.values.kpi(node).length
            extent = task.extent
            if reference.timed:
                extent = Extent(extent.length, reference.to_date)
            if extent.to_date and own_length.months > extent.length.months:
                extent = Extent(own_length, to_date=True)
            if self.is_evaluated(node, extent):
                whole = Task(node, extent)
                tasks.append(whole if reference.timed else self.narrowed(node, extent, taken))
        return [one for one in tasks if not self._is_own(one)]

    def _taken(self, task: Task) -> BoolArray:
        values = self.values
        shape = values.frame.in_time[Length.MONTH].shape
        taken = np.ones(shape, dtype=np.bool_) if task.months is None else task.months
        formula = self.formulas.get(task.node)
        required = () if formula is None else formula.required
        for code in required:
            node = self.formulas.position(code)
            taken = taken & values.months_there(node, task.extent)
        return taken if required else taken & values.frame.overlapping[Length.MONTH]

    def _evaluated(self, task: Task, taken: BoolArray) -> Calculated:
        length = task.extent.length
        formula = self.formulas.get(task.node)
        if formula is None:
            return Calculated(self.values.blank(length), taken)
        if self.waits_for_year(task):
            of_year = self._done[task.of_year.key].series
            return Calculated(at_ends(of_year, Length.YEAR.months // length.months), taken)
        found = evaluate(formula, self._source(task, formula, taken))
        shape = self.values.blank(length).value.shape
        series = Series(
            np.broadcast_to(found.value, shape), np.broadcast_to(found.provisional, shape)
        )
        return Calculated(series.where(self._exists(task, formula, taken)), taken)

    def _exists(self, task: Task, formula: Formula, taken: BoolArray) -> BoolArray:
        frame = self.values.frame
        length = task.extent.length
        exists = frame.in_time[length] & self.calculates(task.node)[:, None]
        if task.extent.to_date:
            return exists & throughout(taken, task.extent)
        exists &= np.logical_or.reduce(grouped(taken, length.months), axis=-1)
        if formula.uses_time:
            exists &= frame.ended[length]
            exists &= self._is_throughout(task, formula, taken)
        return exists

    def _is_throughout(self, task: Task, formula: Formula, taken: BoolArray) -> BoolArray:
        if formula.required:
            return throughout(taken, task.extent)
        if task.months is None:
            return np.ones((1, 1), dtype=np.bool_)
        return self.values.lies_within(task.months, task.extent.length)

    def calculates(self, node: int) -> BoolArray:
        """Tell which entities evaluate a KPI's formula themselves."""
        if self.values.kpi(node).entity_rollup == "formula":
            return np.ones_like(self._leaves)
        return self._leaves

    def _source(self, task: Task, formula: Formula, taken: BoolArray) -> FormulaSource:
        return FormulaSource(self, self.formulas, formula, task.extent, taken)
