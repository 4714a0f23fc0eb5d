"""Read what waits for a person: the sheets they owe figures for, and the period that follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from kpis.models import ReportingPeriod
from kpis.rows import SheetDue
from kpis.selectors.due import departments_to_read, sheets_due
from organisation.models import Department, User


@dataclass(frozen=True)
class Waiting:
    """The sheets a person may enter, the departments they head, and the period that opens next."""

    today: date
    sheets: Sequence[SheetDue]
    headed: Sequence[Department]
    following: ReportingPeriod | None


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
