"""Reopen closed periods: one person asks with a reason, a second one confirms."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from kpis.errors import PeriodNotClosedError, ReasonMissingError, ReopeningWaitsError
from kpis.models import PeriodState, Reopening, ReportingPeriod
from kpis.selectors.reopenings import Cell, taken_along
from kpis.services import reopening_rules
from kpis.services.closing import hold_periods
from organisation.models import Entity, RecomputeRequest, User
from organisation.services import recompute, trail

State = PeriodState.State
BATCH = 500


@transaction.atomic
def ask_reopening(
    *, period: ReportingPeriod, entity: Entity | None, by: User, reason: str, path: str
) -> list[Reopening]:
    """Ask to reopen a closed period for an entity, or without one wherever it is closed.

    Nothing opens before a second person confirms. Raises ReasonMissingError,
    PeriodNotClosedError or ReopeningWaitsError.
    """
    reason = reason.strip()
    if not reason:
        message = "Say why the period must be reopened: the reason stays on the record."
        raise ReasonMissingError(message)
    hold_periods()
    entities = _closed_in(period, entity)
    if not entities:
        whom = entity.name if entity is not None else "any entity"
        message = f"{period.label} is not closed for {whom}: it can be changed as it is."
        raise PeriodNotClosedError(message)
    waiting = Reopening.objects.filter(period=period, settled_at=None).select_related("asked_by")
    asked = {one.entity_id: one for one in waiting}
    if all(one.pk in asked for one in entities):
        first = asked[entities[0].pk]
        message = (
            f"{first.asked_by} has asked to reopen {period.label} already: a second person"
            " must confirm it."
        )
        raise ReopeningWaitsError(message)
    now = timezone.now()
    wanted = [(period, one) for one in entities if one.pk not in asked]
    rows = [_row(cell, by, now, reason) for cell in wanted]
    Reopening.objects.bulk_create(rows, batch_size=BATCH)
    _trail(wanted, "ask_reopening", State.CLOSED, by=by, path=path, why=reason)
    return rows


@transaction.atomic
def confirm_reopening(*, reopening: Reopening, by: User, path: str) -> list[Cell]:
    """Reopen what was asked for, as the second person; return every cell that was opened.

    The longer periods around it and those inside open with it, and the same of the groups that
    rest on the entity. Raises ReopeningSettledError or SecondPersonError.
    """
    hold_periods()
    asked = reopening_rules.lock_request(reopening)
    reopening_rules.refuse_asker(asked, by=by)
    opened = taken_along((one.period, one.entity) for one in asked)
    if not opened:
        reopening_rules.refuse_open(asked)
    now = timezone.now()
    Reopening.objects.filter(pk__in=[one.pk for one in asked]).update(
        settled_by=by, settled_at=now, is_confirmed=True
    )
    _settle_others(opened, asked, by=by, at=now)
    _open(opened, by=by, at=now, why=asked[0].reason)
    _trail(opened, "confirm_reopening", State.OPEN, by=by, path=path, why=asked[0].reason)
    recompute.request_recompute(
        kind=RecomputeRequest.Kind.ALL, key="", by=by, why=f"{asked[0].period.label} was reopened"
    )
    return opened


@transaction.atomic
def withdraw_reopening(*, reopening: Reopening, by: User, path: str, why: str = "") -> None:
    """Take a request back: what it asked for stays closed. Raises ReopeningSettledError."""
    hold_periods()
    asked = reopening_rules.lock_request(reopening)
    Reopening.objects.filter(pk__in=[one.pk for one in asked]).update(
        settled_by=by, settled_at=timezone.now(), is_confirmed=False
    )
    cells = [(one.period, one.entity) for one in asked]
    _trail(cells, "withdraw_reopening", State.CLOSED, by=by, path=path, why=why)


def _closed_in(period: ReportingPeriod, entity: Entity | None) -> list[Entity]:
    closed = Entity.objects.filter(
        period_states__period=period, period_states__state=State.CLOSED
    ).order_by("code")
    return list(closed if entity is None else closed.filter(pk=entity.pk))


def _row(cell: Cell, by: User, at: datetime, reason: str) -> Reopening:
    period, entity = cell
    return Reopening(period=period, entity=entity, asked_by=by, asked_at=at, reason=reason)


def _settle_others(
    opened: Iterable[Cell], asked: Sequence[Reopening], *, by: User, at: datetime
) -> None:
    """Write a confirmed request for each cell taken along; others that waited for it are moot."""
    named = {(one.period_id, one.entity_id) for one in asked}
    first = asked[0]
    others = [(p, e) for p, e in opened if (p.pk, e.pk) not in named]
    moot = {(period.pk, entity.pk) for period, entity in others}
    waiting = Reopening.objects.filter(settled_at=None, period__in={key for key, _ in moot})
    answered = [one for one in waiting if (one.period_id, one.entity_id) in moot]
    for one in answered:  # whoever confirms here does not confirm a wish of their own
        one.settled_by, one.settled_at = by, at
        one.is_confirmed = one.asked_by_id != by.pk
    Reopening.objects.bulk_update(answered, ["settled_by", "settled_at", "is_confirmed"])
    rows = [_row(cell, first.asked_by, first.asked_at, first.reason) for cell in others]
    for row in rows:
        row.settled_by, row.settled_at, row.is_confirmed = by, at, True
    Reopening.objects.bulk_create(rows, batch_size=BATCH)


def _open(cells: Sequence[Cell], *, by: User, at: datetime, why: str) -> None:
    wanted = {(period.pk, entity.pk) for period, entity in cells}
    closed = PeriodState.objects.filter(
        state=State.CLOSED, period__in={period for period, _ in wanted}
    )
    keys = [one.pk for one in closed if (one.period_id, one.entity_id) in wanted]
    for start in range(0, len(keys), BATCH):
        PeriodState.objects.filter(pk__in=keys[start : start + BATCH]).update(
            state=State.OPEN, changed_at=at, changed_by=by, why=why
        )


def _trail(
    cells: Iterable[Cell], action: str, state: State, *, by: User, path: str, why: str
) -> None:
    trail.record_many(
        [
            trail.Written(
                action=action,
                subject_kind="period",
                subject_key=f"{period.label} {entity.code}",
                before={"state": State.CLOSED.value},
                after={"state": state.value},
                why=why,
            )
            for period, entity in cells
        ],
        actor=by,
        path=path,
    )
