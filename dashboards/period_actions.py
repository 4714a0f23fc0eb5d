"""What finance and executives do with a period: review, close, ask to reopen, confirm, withdraw."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404

from dashboards.selectors.closings import may_close
from dashboards.services.closing import close_period
from kpis.models import Reopening, ReportingPeriod
from kpis.selectors.reopenings import get_reopening_to_settle
from kpis.services.reopening import ask_reopening, confirm_reopening, withdraw_reopening
from kpis.services.review_state import begin_review, end_review
from organisation.models import Entity, User
from organisation.permissions import can_close, can_confirm_reopening
from organisation.services.trail import Path

LARGEST_KEY = 2**63


@dataclass(frozen=True)
class Asked:
    """An action on a period: by whom, for which entity (None: all), with which words."""

    by: User
    period: ReportingPeriod
    entity: Entity | None
    sent: Mapping[str, str]

    @property
    def reason(self) -> str:
        """The reason that was typed."""
        return self.sent.get("reason", "")

    @property
    def whom(self) -> str:
        """For whom it is done, in a sentence."""
        return self.entity.name if self.entity is not None else "all entities"

    @property
    def reopening(self) -> Reopening:
        """The request that is settled, of this period; else it looks absent."""
        key = self.sent.get("request", "")
        if not (key.isascii() and key.isdigit() and int(key) < LARGEST_KEY):
            raise Http404
        found = get_reopening_to_settle(int(key))
        if found.period_id != self.period.pk:
            raise Http404
        return found


def may_withdraw(user: User, reopening: Reopening) -> bool:
    """Tell whether somebody may take a request back: who asked, and who closes there."""
    return reopening.asked_by_id == user.pk or can_close(user, reopening.entity)


def act(name: str, asked: Asked) -> str:
    """Do what was asked for and tell it in a sentence; refuse whoever may not."""
    action = ACTIONS.get(name)
    if action is None:
        raise BadRequest
    return action(asked)


def _review(asked: Asked) -> str:
    _require_closing(asked)
    begin_review(
        period=asked.period, entity=asked.entity, by=asked.by, path=Path.FORM, why=asked.reason
    )
    return f"In review for {asked.whom}: heads change nothing any more."


def _open(asked: Asked) -> str:
    _require_closing(asked)
    end_review(
        period=asked.period, entity=asked.entity, by=asked.by, path=Path.FORM, why=asked.reason
    )
    return f"Open again for {asked.whom}."


def _close(asked: Asked) -> str:
    _require_closing(asked)
    closed = close_period(
        period=asked.period, entity=asked.entity, by=asked.by, path=Path.FORM, why=asked.reason
    )
    return f"Closed for {asked.whom}: {len(closed)} snapshot{'s' if len(closed) > 1 else ''}."


def _ask(asked: Asked) -> str:
    _require_closing(asked)
    ask_reopening(
        period=asked.period, entity=asked.entity, by=asked.by, reason=asked.reason, path=Path.FORM
    )
    return "Asked to reopen. It stays closed until a second person confirms."


def _confirm(asked: Asked) -> str:
    if not can_confirm_reopening(asked.by):
        raise PermissionDenied
    opened = confirm_reopening(reopening=asked.reopening, by=asked.by, path=Path.FORM)
    periods = f"{len(opened)} period{'s' if len(opened) > 1 else ''}"
    return f"Reopened, with what rests on it: {periods}. Scores are being recalculated."


def _withdraw(asked: Asked) -> str:
    reopening = asked.reopening
    if not may_withdraw(asked.by, reopening):
        raise PermissionDenied
    withdraw_reopening(reopening=reopening, by=asked.by, path=Path.FORM)
    return "Withdrawn: the period stays closed."


def _require_closing(asked: Asked) -> None:
    if not may_close(asked.by, asked.entity):
        raise PermissionDenied


ACTIONS: dict[str, Callable[[Asked], str]] = {
    "review": _review,
    "open": _open,
    "close": _close,
    "ask": _ask,
    "confirm": _confirm,
    "withdraw": _withdraw,
}
