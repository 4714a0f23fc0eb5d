"""The refusals of the KPI services, each named by its rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpialign.errors import RefusedError


class PeriodLockedError(RefusedError):
    """The period is closed or in review for the entity, so that its figures stay."""


class PeriodClosedError(RefusedError):
    """The period is closed already, so that it cannot be closed again."""


class MembersOpenError(RefusedError):
    """A group closes after its members."""


class ReasonMissingError(RefusedError):
    """A counted figure changes without a reason."""


class PeriodRangeError(RefusedError):
    """A period lies outside the years that the calendar keeps."""


@dataclass(frozen=True)
class Conflict:
    """A cell that somebody else changed since the person opened the form."""

    kpi_code: str
    entity_code: str
    period_label: str
    value: Decimal | None
    by: str


class FigureChangedError(RefusedError):
    """Somebody else changed a figure after the form was opened; nothing was saved."""

    def __init__(self, message: str, conflicts: Sequence[Conflict]) -> None:
        """Keep the conflicts, so that the form can show both values."""
        super().__init__(message)
        self.conflicts = tuple(conflicts)


class OwnFigureError(RefusedError):
    """Nobody approves or returns a figure of their own."""


class FigureNotWaitingError(RefusedError):
    """The figure no longer waits for approval: somebody changed or settled it meanwhile."""


class PeriodNotClosedError(RefusedError):
    """Only what is closed can be reopened."""


class ReopeningWaitsError(RefusedError):
    """The same period already waits for a second person."""


class SecondPersonError(RefusedError):
    """A reopening takes two people: whoever asked does not confirm."""


class ReopeningSettledError(RefusedError):
    """The request was confirmed or withdrawn meanwhile."""


class PeriodStateError(RefusedError):
    """The period does not stand where the change begins."""
