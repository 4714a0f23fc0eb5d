"""The refusals of the KPI services, each named by its rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpialign.errors import RefusedError


class PeriodLockedError(RefusedError):
    """The period is closed or in review for the entity, so that its figures stay."""


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
