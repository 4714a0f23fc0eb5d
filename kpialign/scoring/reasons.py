"""Why a formula has no value in a cell."""

import numpy as np

from kpialign.scoring.formula.steps import Call, Leave, Reference, Step
from kpialign.scoring.series import Series


class Reasons:
    """Follows the steps of a formula and notes where a cell goes missing.

    What happens inside a time function lies in other periods; of that only the outcome counts.
    """

    def __init__(self, entity: int, period: int, periods: int) -> None:
        """Watch one entity in one of so many periods."""
        self._entity = entity
        # Series inside time functions have earlier periods in front: count from the end.
        self._position = period - periods
        self._stack: list[str] = []

    @property
    def outcome(self) -> str:
        """Say why the formula has no value, empty where it has one."""
        return self._stack[0]

    def __call__(self, step: Step, arguments: list[Series], result: Series) -> None:
        """Watch one step."""
        first = len(self._stack) - len(arguments)
        inherited = self._stack[first:]
        del self._stack[first:]
        lacking = np.isnan(self._value(result))
        self._stack.append(self._reason(step, arguments, inherited) if lacking else "")

    def _reason(self, step: Step, arguments: list[Series], inherited: list[str]) -> str:
        if isinstance(step, Reference):
            return f"{step.code} has no value"
        if isinstance(step, Leave):
            return "a time function looks at a period without a value"
        if isinstance(step, Call) and step.name == "if" and not inherited[0]:
            return inherited[1] if self._value(arguments[0]) != 0 else inherited[2]
        known = next((reason for reason in inherited if reason), "")
        if known or not isinstance(step, Call):
            return known
        if step.name == "/" and self._value(arguments[1]) == 0:
            return "division by zero"
        return f"'{step.name}' has no finite result"

    def _value(self, series: Series) -> float:
        if series.value.ndim == 0:
            return float(series.value)
        row = series.value[min(self._entity, len(series.value) - 1)]
        return float(row[self._position])
