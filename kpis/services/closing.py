"""Write that periods are closed: the state of each entity's period, and the version frozen."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from kpis.errors import MembersOpenError, PeriodClosedError
from kpis.models import PeriodState, PlanVersion, ReportingPeriod
from kpis.selectors.what_closes import Closing, members_open
from kpis.services.versions import lock_cascade
from organisation.models import Entity, User

BATCH = 500
NAMED = 5


def hold_periods() -> None:
    """Hold cascade and calendar, in this order, until the transaction ends."""
    lock_cascade()
    list(ReportingPeriod.objects.select_for_update().order_by("pk").values_list("pk"))


def refuse_closed_already(
    closing: Sequence[Closing], period: ReportingPeriod, entity: Entity | None
) -> None:
    """Refuse where nothing is left to close. Raises PeriodClosedError."""
    whom = entity.name if entity is not None else "every entity"
    if not closing:
        message = f"{period.label} is closed for {whom} already, or not active there."
        raise PeriodClosedError(f"{message} Ask to reopen it if a figure must change.")
    if entity is not None and period not in closing[0].periods:
        message = f"{period.label} is closed for {whom} already."
        raise PeriodClosedError(f"{message} Ask to reopen it if a figure must change.")


def refuse_before_members(closing: Closing, period: ReportingPeriod) -> None:
    """Refuse to close a group before its members. Raises MembersOpenError."""
    still_open = members_open(closing)
    if still_open:
        names = ", ".join(one.name for one in still_open[:NAMED])
        more = f" and {len(still_open) - NAMED} more" if len(still_open) > NAMED else ""
        message = (
            f"{closing.entity.name} closes after its members: {names}{more} still open for"
            f" {period.label}. Close them first, or close {period.label} for all entities."
        )
        raise MembersOpenError(message)


def mark_closed(*, closing: Sequence[Closing], by: User | None, at: datetime, why: str) -> None:
    """Write the state of everything that closes."""
    PeriodState.objects.bulk_create(
        [
            PeriodState(
                period=period,
                entity=one.entity,
                state=PeriodState.State.CLOSED,
                changed_at=at,
                changed_by=by,
                why=why,
            )
            for one in closing
            for period in one.periods
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["period", "entity"],
        update_fields=["state", "changed_at", "changed_by", "why"],
    )


def freeze_versions(versions: Iterable[PlanVersion], at: datetime) -> None:
    """Let the versions stay as they are: the next edit makes another one."""
    keys = {version.pk for version in versions}
    PlanVersion.objects.filter(pk__in=keys, frozen_at=None).update(frozen_at=at)
