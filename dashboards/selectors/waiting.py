"""Read what waits for a person: sheets, returned figures, reviews, closes and reopenings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone

from dashboards.selectors.closings import may_close, next_to_close
from kpis.models import ReportingPeriod, Review
from kpis.rows import SheetDue
from kpis.selectors.checklist import gaps_of
from kpis.selectors.due import departments_to_read, sheets_due
from kpis.selectors.reopenings import Request, waiting_requests
from kpis.selectors.reviews import returned_to, to_review_count
from kpis.selectors.what_closes import what_closes
from organisation.models import Department, User
from organisation.permissions import can_confirm_reopening


@dataclass(frozen=True)
class NextClose:
    """The period that somebody closes next, and how many figures stand before that."""

    period: ReportingPeriod
    gap_count: int


@dataclass(frozen=True)
class Waiting:
    """The sheets a person may enter, the departments they head, and the period that opens next."""

    today: date
    sheets: Sequence[SheetDue]
    headed: Sequence[Department]
    following: ReportingPeriod | None
    returned: Sequence[Review] = ()
    review_count: int = 0
    closing: NextClose | None = None
    requests: Sequence[Request] = ()  # to reopen, which this person may confirm


def waiting_for(user: User) -> Waiting:
    """Read all that waits for a person; who has no part in it costs no query."""
    found = sheets_for(user)
    closes = next_to_close(found.today) if may_close(user, None) else None
    confirms = waiting_requests() if can_confirm_reopening(user) else []
    return replace(
        found,
        returned=returned_to(user),
        review_count=to_review_count(user),
        closing=NextClose(closes, len(gaps_of(what_closes(closes)))) if closes else None,
        requests=[one for one in confirms if one.asked_by != user],
    )


def sheets_for(user: User) -> Waiting:
    """Read it for whoever enters figures; for everybody else it is empty."""
    today = timezone.localdate()
    departments = departments_to_read(user)
    if not departments:
        return Waiting(today, [], [], None)
    sheets = [one for one in sheets_due(user, departments, today) if one.can_enter]
    kinds = {sheet.period.kind for sheet in sheets}
    later = ReportingPeriod.objects.filter(kind__in=kinds, start_on__gt=today)
    return Waiting(
        today=today,
        sheets=sheets,
        headed=[one for one in departments if one.head_id == user.pk],
        following=later.order_by("start_on", "end_on").first(),
    )
