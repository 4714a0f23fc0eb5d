"""Reopen by command: the first line asks, the same line by somebody else confirms."""

from django.db import transaction

from kpialign.errors import RefusedError
from kpis.models import PeriodState, Reopening, ReportingPeriod
from kpis.selectors.reopenings import Request, waiting_requests
from kpis.services.reopening import ask_reopening, confirm_reopening
from organisation.models import Entity, User
from organisation.permissions import can_close, can_confirm_reopening
from organisation.services.trail import Path

Told = list[str]


def refuse_unless_closing(by: User, entity: Entity | None) -> None:
    """Refuse who may not close an entity, or without one all of them."""
    whole = entity or Entity.objects.filter(parent=None).first()
    if not can_close(by, whole):
        whom = entity.name if entity is not None else "all entities"
        message = f"{by.email} may not close the periods of {whom}: ask a finance admin."
        raise RefusedError(message)


@transaction.atomic
def ask_or_confirm(
    period: ReportingPeriod, entity: Entity | None, *, by: User, reason: str
) -> Told:
    """Confirm the request that says the same, if there is one; else ask."""
    waiting = _same(period, entity)
    if waiting and any(one.asked_by != by for one in waiting):
        return _confirmed(waiting, by)
    refuse_unless_closing(by, entity)
    asked = ask_reopening(period=period, entity=entity, by=by, reason=reason, path=Path.COMMAND)
    places = "1 entity" if len(asked) == 1 else f"{len(asked)} entities"
    return [
        *(f"{period.label} {one.entity.code} waits for a second person" for one in asked),
        f"asked to reopen {period.label} for {places}; the same line by a second person reopens",
    ]


def _confirmed(waiting: list[Request], by: User) -> Told:
    if not can_confirm_reopening(by):
        message = f"{by.email} may not confirm a reopening: ask an executive or a finance admin."
        raise RefusedError(message)
    told = []
    for one in waiting:
        reopening = Reopening.objects.get(pk=one.key)
        if reopening.settled_at is None:  # else it came along with the one before
            opened = confirm_reopening(reopening=reopening, by=by, path=Path.COMMAND)
            told += [f"{period.label} {entity.code} reopened" for period, entity in opened]
    return [*told, f"reopened {len(told)}"]


def _same(period: ReportingPeriod, entity: Entity | None) -> list[Request]:
    """Find what the same line asked for: this entity alone, or all that is closed."""
    waiting = waiting_requests(period)
    if entity is not None:
        return [one for one in waiting if list(one.entities) == [entity]]
    closed = PeriodState.objects.filter(period=period, state=PeriodState.State.CLOSED)
    asked = {place.pk for one in waiting for place in one.entities}
    return waiting if asked >= set(closed.values_list("entity", flat=True)) else []
