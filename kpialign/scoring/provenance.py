"""Where a value comes from: entered, consolidated, calculated, or rolled up from own periods."""

import math
from dataclasses import dataclass, replace

import numpy as np

from kpialign.scoring.arrays import BoolArray, grouped
from kpialign.scoring.calculation import Task
from kpialign.scoring.compute import Workings
from kpialign.scoring.explanation import FormulaPart, MemberPart, ValuePart
from kpialign.scoring.formula import Formula
from kpialign.scoring.inputs import Length
from kpialign.scoring.offsets import periods_looked_at
from kpialign.scoring.reasons import Reasons
from kpialign.scoring.timing import Extent, throughout

DEEPEST = 40
MOST_PARTS = 20_000


def number(value: float) -> float | None:
    """Give a number, None where it is unknown.

    >>> number(73.5), number(float("nan"))
    (73.5, None)
    """
    return None if math.isnan(value) else float(value)


@dataclass(frozen=True, eq=False)
class Asked:
    """One value that is to be followed: of a KPI at an entity in a period of some extent."""

    node: int
    entity: int
    extent: Extent
    period: int
    months: BoolArray | None = None
    depth: int = 0

    def below(self, **changes: object) -> "Asked":
        """Ask for something this value rests on."""
        return replace(self, **{"months": None, "depth": self.depth + 1, **changes})  # type: ignore[arg-type]  # fields of this class


class Provenance:
    """Follows values down to entered figures; bounded, so that no cascade makes it endless."""

    def __init__(self, workings: Workings) -> None:
        """Follow the values of these workings."""
        self._workings = workings
        self._values = workings.values
        self._calculation = workings.calculation
        self._left = MOST_PARTS

    def of(self, asked: Asked) -> ValuePart:
        """Say where a value comes from."""
        self._left -= 1
        own_length = self._values.kpi(asked.node).length
        if own_length.months > asked.extent.length.months:
            return self._held(asked)
        if asked.extent == Extent(own_length) and self._is_whole(asked):
            return self._own(asked)
        if self._calculation.is_evaluated(asked.node, asked.extent):
            return self._calculated(asked)
        return self._rolled(asked)

    def _is_whole(self, asked: Asked) -> bool:
        if asked.months is None:
            return True
        within = self._values.lies_within(asked.months, asked.extent.length)
        return bool(within[asked.entity, asked.period])

    def _part(self, asked: Asked, value: float) -> ValuePart:
        inputs = self._workings.inputs
        return ValuePart(
            code=inputs.nodes[asked.node].key,
            entity=inputs.entities[asked.entity].key,
            column=inputs.calendar.column(asked.extent.length, asked.period),
            value=number(value),
        )

    def _is_deep_enough(self, asked: Asked) -> bool:
        return asked.depth >= DEEPEST or self._left <= 0

    def _held(self, asked: Asked) -> ValuePart:
        own_length = self._values.kpi(asked.node).length
        length, period = asked.extent.length, asked.period
        is_begun = self._values.frame.ended_in_year(own_length, length)[period]
        if asked.extent.to_date and (is_begun or asked.months is None):
            series = self._calculation.to_date(asked.node, length)
        else:
            series = self._values.held(asked.node, length)
        part = self._part(asked, series.value[asked.entity, period])
        latest = int(self._values.frame.latest_ended(own_length, length)[period])
        if part.value is None or self._is_deep_enough(asked):
            return part
        extent = Extent(own_length, to_date=asked.extent.to_date and bool(is_begun))
        return replace(part, own_periods=(self.of(asked.below(extent=extent, period=latest)),))

    def _own(self, asked: Asked) -> ValuePart:
        block, row = self._values.place(asked.node)
        cell = (row, asked.entity, asked.period)
        part = self._part(asked, block.figures.value[cell])
        if block.figures.settled[cell]:
            return replace(part, entered=True)
        if self._is_deep_enough(asked):
            return part
        members = self._workings.consolidation.children[asked.entity]
        rule = block.kpis[row].entity_rollup
        if members and rule in ("sum", "average"):
            taking_part = [one for one in members if block.part[row, one, asked.period]]
            consolidated = tuple(self._member(asked, one) for one in taking_part)
            return replace(part, rule=rule, consolidated=consolidated)
        return self._calculated(asked) if block.kpis[row].formula else part

    def _member(self, asked: Asked, member: int) -> MemberPart:
        kpi = self._values.kpi(asked.node)
        conversion = self._workings.consolidation.conversion
        of = self.of(asked.below(entity=member))
        exchange = conversion.exchange(kpi, asked.period, child=member, parent=asked.entity)
        if exchange is None:
            return MemberPart(of, rate=None)
        ones = np.ones(self._values.frame.calendar.count(kpi.length))
        rates = conversion.converted(ones, kpi, child=member, parent=asked.entity)
        return MemberPart(of, number(rates[asked.period]), exchange)

    def _calculated(self, asked: Asked) -> ValuePart:
        task = Task(asked.node, asked.extent, asked.months)
        if self._calculation.waits_for_year(task):
            return self._of_ended_year(asked)
        found = self._calculation.result(task)
        formula = self._workings.formulas.get(asked.node)
        cell = (asked.entity, asked.period)
        part = self._part(asked, found.series.value[cell])
        text = self._values.kpi(asked.node).formula
        if formula is None or self._is_deep_enough(asked):
            return replace(part, formula=FormulaPart(text, (), "the formula cannot be calculated"))
        if not self._calculation.calculates(asked.node)[asked.entity]:
            reason = "it is worked out in members alone: its entity roll-up is 'none'"
            return replace(part, formula=FormulaPart(text, (), reason))
        complete = throughout(found.taken, asked.extent)[cell]
        inputs = self._inputs(asked, formula, found.taken)
        reason = "" if part.value is not None else self._reason(task, asked)
        partial = part.value is not None and not complete
        return replace(part, to_date=bool(partial), formula=FormulaPart(text, inputs, reason))

    def _of_ended_year(self, asked: Asked) -> ValuePart:
        periods_per_year = Length.YEAR.months // asked.extent.length.months
        year, periods_over = divmod(asked.period + 1, periods_per_year)
        if not periods_over:
            whole_year = replace(asked, extent=Extent(Length.YEAR), period=year - 1)
            return self.of(replace(whole_year, depth=asked.depth + 1))
        text = self._values.kpi(asked.node).formula
        reason = "its time function needs a whole fiscal year"
        return replace(self._part(asked, math.nan), formula=FormulaPart(text, (), reason))

    def _inputs(self, asked: Asked, formula: Formula, taken: BoolArray) -> tuple[ValuePart, ...]:
        length = asked.extent.length
        parts = []
        looks = periods_looked_at(formula, Length.YEAR.months // length.months)
        for reference, periods_back in looks.items():
            node = self._workings.formulas.input(reference)
            if not reference.timed:
                months = self._calculation.narrowed(node, asked.extent, taken).months
                parts.append(self.of(asked.below(node=node, months=months)))
                continue
            extent = Extent(length, reference.to_date)
            parts += [
                self.of(asked.below(node=node, extent=extent, period=asked.period - back))
                for back in sorted(periods_back)
                if asked.period >= back
            ]
        return tuple(parts)

    def _reason(self, task: Task, asked: Asked) -> str:
        frame = self._values.frame
        length = asked.extent.length
        if not frame.in_time[length][asked.entity, asked.period]:
            return "the entity is not active, or no figure has been reported around this period"
        absent = self._absent(asked)
        if absent:
            return f"{', '.join(absent)} has no value"
        reasons = Reasons(asked.entity, asked.period, frame.calendar.count(length))
        self._calculation.observe(task, reasons)
        return reasons.outcome or "the inputs are not all there for the same months"

    def _absent(self, asked: Asked) -> list[str]:
        formula = self._workings.formulas.get(asked.node)
        required = () if formula is None else formula.required
        absent = []
        for code in required:
            node = self._workings.formulas.position(code)
            there = self._values.months_there(node, asked.extent)[asked.entity]
            if not grouped(there, asked.extent.length.months)[asked.period].any():
                absent.append(code)
        return absent

    def _rolled(self, asked: Asked) -> ValuePart:
        kpi = self._values.kpi(asked.node)
        rolled = self._values.rolled(asked.node, asked.extent, asked.months)
        cell = (asked.entity, asked.period)
        part = self._part(asked, rolled.series.value[cell])
        own = self._values.own(asked.node).present[asked.entity]
        if asked.months is not None:
            own = own & self._values.lies_within(asked.months, kpi.length)[asked.entity]
        periods = self._own_periods(asked, kpi.length)
        there = [period for period in periods if own[period]]
        part = replace(part, to_date=bool(there) and len(there) < len(periods))
        if self._is_deep_enough(asked):
            return part
        taken = there[-1:] if kpi.time_rollup == "last" else there
        extent = Extent(kpi.length)
        parts = (self.of(asked.below(extent=extent, period=period)) for period in taken)
        return replace(part, own_periods=tuple(parts))

    @staticmethod
    def _own_periods(asked: Asked, own: Length) -> range:
        size = asked.extent.length.months // own.months
        end = (asked.period + 1) * size
        per_year = Length.YEAR.months // own.months
        first = (end - 1) // per_year * per_year if asked.extent.to_date else end - size
        return range(first, end)
