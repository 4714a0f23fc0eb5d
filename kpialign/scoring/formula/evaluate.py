"""The value of a formula for all entities and periods at once."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np

from kpialign.scoring.arrays import BoolArray, FloatArray
from kpialign.scoring.formula.functions import OPERATIONS, round_half_away
from kpialign.scoring.formula.steps import (
    Call,
    Days,
    Formula,
    Leave,
    Number,
    Reference,
    Shift,
    Step,
    Window,
)
from kpialign.scoring.series import Series, constant, finite


class Source(Protocol):
    """Where the values come from that a formula is evaluated on.

    Timed series begin `before` periods earlier than the others, so that time functions can look
    back over the edge of the calendar.
    """

    before: int
    periods_per_year: int

    def reference(self, reference: Reference) -> Series:
        """Give the values of a KPI."""

    def days(self, *, timed: bool) -> Series:
        """Give the number of days of each period."""


Array = TypeVar("Array", FloatArray, BoolArray)
Observer = Callable[[Step, list[Series], Series], None]


def evaluate(formula: Formula, source: Source, observe: Observer | None = None) -> Series:
    """Evaluate a formula; where it has no finite value it is missing."""
    stack: list[Series] = []
    with np.errstate(all="ignore"):
        for step in formula.steps:
            arguments = _taken(stack, step)
            result = _applied(step, arguments, source) if arguments else _leaf(step, source)
            if observe is not None:
                observe(step, arguments, result)
            stack.append(result)
    return stack[0]


def _taken(stack: list[Series], step: Step) -> list[Series]:
    if isinstance(step, Number | Reference | Days):
        return []
    count = step.count if isinstance(step, Call) else 1
    arguments = stack[-count:]
    del stack[-count:]
    return arguments


def _leaf(step: Step, source: Source) -> Series:
    if isinstance(step, Number):
        return constant(step.value)
    if isinstance(step, Reference):
        return source.reference(step)
    assert isinstance(step, Days)
    return source.days(timed=step.timed)


def _applied(step: Step, arguments: list[Series], source: Source) -> Series:
    if isinstance(step, Call):
        return _called(step, arguments)
    if isinstance(step, Shift):
        return _shifted(arguments[0], step.periods + step.years * source.periods_per_year)
    if isinstance(step, Window):
        return _windowed(arguments[0], step)
    assert isinstance(step, Leave)
    return _present(arguments[0], source.before)


def _called(step: Call, arguments: list[Series]) -> Series:
    if step.name == "if":
        return _chosen(*arguments)
    if step.name == "coalesce":
        return _first_present(arguments)
    values = [argument.value for argument in arguments]
    if step.name == "round":
        value = round_half_away(values[0], step.digits)
    else:
        value = OPERATIONS[step.name](*values)
    return Series(finite(value), _any([argument.provisional for argument in arguments]))


def _any(flags: list[BoolArray]) -> BoolArray:
    found = flags[0]
    for flag in flags[1:]:
        found = found | flag
    return found


def _chosen(condition: Series, then: Series, otherwise: Series) -> Series:
    holds = condition.value != 0
    value = np.where(holds, then.value, otherwise.value)
    provisional = np.where(holds, then.provisional, otherwise.provisional)
    return Series(
        np.where(np.isnan(condition.value), np.nan, value), condition.provisional | provisional
    )


def _first_present(arguments: list[Series]) -> Series:
    value, provisional = arguments[0].value, arguments[0].provisional
    for argument in arguments[1:]:
        lacking = np.isnan(value)
        value = np.where(lacking, argument.value, value)
        provisional = np.where(lacking, argument.provisional, provisional)
    return Series(value, provisional)


def _shifted(series: Series, periods: int) -> Series:
    if series.value.ndim == 0:
        return series
    return Series(_back(series.value, periods), _back(series.provisional, periods))


def _back(array: Array, periods: int) -> Array:
    width = array.shape[-1]
    columns = np.maximum(np.arange(width) - periods, 0)
    return array[..., columns]


def _windowed(series: Series, step: Window) -> Series:
    total, provisional = series.value, series.provisional
    for periods in range(1, step.periods):
        earlier = _shifted(series, periods)
        total = finite(total + earlier.value)
        provisional = provisional | earlier.provisional
    return Series(total / step.periods if step.averages else total, provisional)


def _present(series: Series, before: int) -> Series:
    if series.value.ndim == 0:
        return series
    return Series(series.value[..., before:], series.provisional[..., before:])
