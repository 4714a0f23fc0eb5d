"""A formula as it is calculated: a flat list of steps that work on a stack."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """Put a constant on the stack."""

    value: float


@dataclass(frozen=True)
class Reference:
    """Put a KPI's values on the stack.

    A reference inside a time function is `timed`: it is taken over whole periods, earlier ones too.
    One that the formula can do without is not `required`. With `to_date` it is the KPI's own value
    over the fiscal year so far.
    """

    code: str
    column: int
    required: bool
    timed: bool
    to_date: bool = False


@dataclass(frozen=True)
class Days:
    """Put the number of days on the stack."""

    timed: bool


@dataclass(frozen=True)
class Call:
    """Replace the topmost `count` series of the stack by a function or operator of them."""

    name: str
    count: int
    column: int
    digits: int = 0


@dataclass(frozen=True)
class Shift:
    """Replace the topmost series by itself some periods and fiscal years back."""

    periods: int
    years: int


@dataclass(frozen=True)
class Window:
    """Replace the topmost series by the sum or average of its last periods."""

    periods: int
    averages: bool


@dataclass(frozen=True)
class Leave:
    """Leave the outermost time function: what follows looks at the present periods only."""


Step = Number | Reference | Days | Call | Shift | Window | Leave


@dataclass(frozen=True)
class Formula:
    """A formula that has been read: its text, its steps and what it refers to.

    `reach` is how far back its time functions look: (periods, fiscal years).
    """

    text: str
    steps: tuple[Step, ...]
    references: tuple[Reference, ...]
    uses_time: bool
    reach: tuple[int, int]

    @property
    def codes(self) -> tuple[str, ...]:
        """List the codes that are referred to, each once, in the order of their first mention."""
        return tuple(dict.fromkeys(reference.code for reference in self.references))

    @property
    def required(self) -> tuple[str, ...]:
        """List the codes without which there is no value."""
        return tuple(dict.fromkeys(one.code for one in self.references if one.required))
