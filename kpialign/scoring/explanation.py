"""What an explanation of a score consists of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FormulaPart:
    """A formula with the values it looked at, and why it has none itself."""

    text: str
    inputs: tuple["ValuePart", ...]
    reason: str


@dataclass(frozen=True)
class Exchange:
    """From which currency into which a member's money goes, by closing or by average rates.

    `lacking` are those of the two without a rate in that period.
    """

    source: str
    wanted: str
    is_closing: bool
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class MemberPart:
    """A member's value in a consolidation, and the rate that converts it.

    Without an exchange it is the same money, or none; with one, a rate of None is missing.
    """

    of: "ValuePart"
    rate: float | None
    exchange: Exchange | None = None

    @property
    def converted(self) -> float | None:
        """The member's part in the group's own money; None where it is unknown."""
        if self.of.value is None or self.exchange is None:
            return self.of.value
        return None if self.rate is None else self.of.value * self.rate


@dataclass(frozen=True)
class ValuePart:
    """Where a KPI's value at an entity in a period (a column) comes from.

    `to_date` tells that only some of the months inside are there. An entered figure has neither
    formula, members nor own periods. `rule` says what is done with members: sum or average.
    """

    code: str
    entity: str
    column: int
    value: float | None
    entered: bool = False
    to_date: bool = False
    formula: FormulaPart | None = None
    rule: str = ""
    consolidated: tuple[MemberPart, ...] = ()
    own_periods: tuple["ValuePart", ...] = ()


@dataclass(frozen=True)
class AttainmentPart:
    """A KPI's actual against its target; a band has edges instead of a target."""

    actual: float | None
    target: float | None
    baseline: float | None
    raw: float | None
    band_low: float | None = None
    band_high: float | None = None
    baseline_assumed: bool = False


@dataclass(frozen=True)
class Term:
    """One child's part in a score: its normalised weight, and weight x score or score ^ weight."""

    weight: float
    product: float
    of: "Explanation"


@dataclass(frozen=True)
class Explanation:
    """How one score arises.

    `how` is the aggregation of the terms, "attainment" for a result, or "not scored". Children
    whose score is unknown are in `waiting`. A result's drivers are apart, with their own `how`.
    """

    code: str
    entity: str
    column: int
    score: float | None
    coverage: float | None
    how: str
    terms: tuple[Term, ...] = ()
    waiting: tuple["Explanation", ...] = ()
    attainment: AttainmentPart | None = None
    actual: ValuePart | None = None
    driver_score: float | None = None
    driver_how: str = ""
    drivers: tuple[Term, ...] = ()
