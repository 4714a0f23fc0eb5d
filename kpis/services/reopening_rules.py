"""What a request to reopen must satisfy before it is settled."""

from collections.abc import Sequence
from typing import NoReturn

from kpis.errors import PeriodNotClosedError, ReopeningSettledError, SecondPersonError
from kpis.models import Reopening
from kpis.selectors.reopenings import same_request
from organisation.models import User


def lock_request(reopening: Reopening) -> list[Reopening]:
    """Lock all rows of one request; refuse if somebody settled it meanwhile."""
    rows = same_request(reopening).select_for_update(of=("self",)).order_by("pk")
    asked = list(rows.select_related("period", "entity", "asked_by"))
    if not asked:
        message = (
            f"The request to reopen {reopening.period.label} was settled meanwhile. Nothing was"
            " changed."
        )
        raise ReopeningSettledError(message)
    return asked


def refuse_asker(asked: Sequence[Reopening], *, by: User) -> None:
    """Refuse whoever asked: a reopening takes two people."""
    if asked[0].asked_by_id == by.pk:
        message = (
            f"You asked to reopen {asked[0].period.label} yourself: a second person must"
            " confirm it. Nothing was reopened."
        )
        raise SecondPersonError(message)


def refuse_open(asked: Sequence[Reopening]) -> NoReturn:
    """Refuse a request whose periods are open by now."""
    message = f"{asked[0].period.label} is open by now. Withdraw the request."
    raise PeriodNotClosedError(message)
