"""Put periods into review, where heads change nothing any more, and back to open."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from kpis.errors import PeriodStateError
from kpis.models import PeriodState, ReportingPeriod
from kpis.selectors.closing import is_active
from organisation.models import Entity, User
from organisation.services import trail

State = PeriodState.State
Cell = tuple[ReportingPeriod, Entity]
BATCH = 500


@transaction.atomic
def begin_review(
    *, period: ReportingPeriod, entity: Entity | None, by: User | None, path: str, why: str = ""
) -> int:
    """Put a period and those inside it into review; return how many states changed.

    Without an entity: for all of them. A group is bound to no order here. What is closed stays
    closed. Raises PeriodStateError where nothing was open.
    """
    cells = _cells_in(State.OPEN, period, entity)
    if not cells:
        message = f"{period.label} is not open for {_whom(entity)}: there is nothing to review."
        raise PeriodStateError(message)
    _write(cells, State.IN_REVIEW, "begin_review", by=by, path=path, why=why)
    return len(cells)


@transaction.atomic
def end_review(
    *, period: ReportingPeriod, entity: Entity | None, by: User | None, path: str, why: str = ""
) -> int:
    """Put a period and those inside it from review back to open; return how many changed."""
    cells = _cells_in(State.IN_REVIEW, period, entity)
    if not cells:
        message = f"{period.label} is not in review for {_whom(entity)}."
        raise PeriodStateError(message)
    _write(cells, State.OPEN, "end_review", by=by, path=path, why=why)
    return len(cells)


def _cells_in(state: State, period: ReportingPeriod, entity: Entity | None) -> list[Cell]:
    """Lock the period and those inside it, and find what stands in a state."""
    inside = ReportingPeriod.objects.select_for_update().order_by("pk")
    inside = inside.filter(start_on__gte=period.start_on, end_on__lte=period.end_on)
    periods = list(inside)
    entities = [entity] if entity is not None else list(Entity.objects.order_by("code"))
    rows = PeriodState.objects.filter(period__in=periods)
    states = {(row.period_id, row.entity_id): row.state for row in rows}
    return [
        (one, place)
        for place in entities
        for one in periods
        if is_active(place, one) and states.get((one.pk, place.pk), State.OPEN) == state
    ]


def _write(
    cells: Sequence[Cell], state: State, action: str, *, by: User | None, path: str, why: str
) -> None:
    now = timezone.now()
    PeriodState.objects.bulk_create(
        [
            PeriodState(
                period=period, entity=entity, state=state, changed_at=now, changed_by=by, why=why
            )
            for period, entity in cells
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["period", "entity"],
        update_fields=["state", "changed_at", "changed_by", "why"],
    )
    before = State.OPEN if state == State.IN_REVIEW else State.IN_REVIEW
    trail.record_many(
        [
            trail.Written(
                action=action,
                subject_kind="period",
                subject_key=f"{period.label} {entity.code}",
                before={"state": before.value},
                after={"state": state.value},
                why=why,
            )
            for period, entity in cells
        ],
        actor=by,
        path=path,
    )


def _whom(entity: Entity | None) -> str:
    return entity.name if entity is not None else "any entity"
