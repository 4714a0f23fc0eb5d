"""What a change of figures must satisfy before it is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpialign.styles import moment
from kpis.errors import Conflict, FigureChangedError, PeriodLockedError, ReasonMissingError
from kpis.models import KPI, Actual, ActualRevision, PeriodState, ReportingPeriod
from kpis.selectors.owners import finance_of
from organisation.models import Entity
from organisation.services import trail

State = PeriodState.State
Status = ActualRevision.Status
CellKey = tuple[int, int, int]
BY_PEOPLE = frozenset({trail.Path.FORM, trail.Path.API})  # who give reasons, one by one


@dataclass(frozen=True)
class FigureChange:
    """A figure as a person or a file gives it; `value` None says there is no figure.

    `based_on` is the number of the latest revision that the person saw, 0 for none; None
    does not ask whether somebody else was faster.
    """

    kpi: KPI
    entity: Entity
    period: ReportingPeriod
    value: Decimal | None
    status: str
    comment: str = ""
    source: str = ""
    why: str = ""
    based_on: int | None = None

    @property
    def key(self) -> CellKey:
        """Identify the cell."""
        return (self.kpi.pk, self.entity.pk, self.period.pk)

    @property
    def label(self) -> str:
        """Name the cell as the trail does."""
        return f"{self.kpi.node.code} {self.entity.code} {self.period.label}"


def refuse_locked(changes: Sequence[FigureChange], *, may_review: bool) -> None:
    """Lock the periods, then refuse those whose state takes no figures."""
    periods = {change.period.pk for change in changes}
    list(ReportingPeriod.objects.select_for_update().filter(pk__in=periods).order_by("pk"))
    refused = {State.CLOSED} if may_review else {State.CLOSED, State.IN_REVIEW}
    states = PeriodState.objects.filter(period__in=periods, state__in=refused)
    locks = {
        (lock.period_id, lock.entity_id): lock
        for lock in states.select_related("period", "entity", "changed_by")
    }
    for change in changes:
        lock = locks.get((change.period.pk, change.entity.pk))
        if lock is not None:
            raise PeriodLockedError(why_locked(lock))


def why_locked(lock: PeriodState) -> str:
    """Say that a period takes no figure, who decided that and when, and what to do about it."""
    is_closed = lock.state == State.CLOSED
    who = lock.changed_by or "The system"
    did = "closed it" if is_closed else "put it in review"
    way = "reopen it" if is_closed else "put it back to open"
    return (
        f"{lock.period.label} is {lock.get_state_display().lower()} for {lock.entity.name}:"
        f" nothing was saved. {who} {did} on {moment(lock.changed_at)}."
        f" Ask {finance_of(lock.entity)} to {way}."
    )


def refuse_overtaken(
    changes: Sequence[FigureChange],
    cells: Mapping[CellKey, Actual],
    latest: Mapping[int, ActualRevision],
) -> None:
    """Refuse all if a cell holds a newer, other figure than the person had before them."""
    conflicts = []
    for change in changes:
        newest = latest.get(cells[change.key].pk) if change.key in cells else None
        if change.based_on is None or newest is None or newest.number <= change.based_on:
            continue
        if (newest.value, newest.comment) != (change.value, change.comment):
            who = str(newest.by) if newest.by else "the system"
            code, entity = change.kpi.node.code, change.entity.code
            conflicts.append(Conflict(code, entity, change.period.label, newest.value, who))
    if conflicts:
        message = "Somebody else changed a figure since this form was opened. Nothing was saved."
        raise FigureChangedError(message, conflicts)


def refuse_without_reason(
    changes: Sequence[FigureChange], cells: Mapping[CellKey, Actual], *, path: str
) -> None:
    """Refuse a person's change of a counted figure that does not say why."""
    if path not in BY_PEOPLE:
        return
    for change in changes:
        counted = cells[change.key].counted
        held = counted.value if counted else None
        changes_figure = held is not None and held != change.value
        if changes_figure and change.status != Status.DRAFT and not change.why.strip():
            message = (
                f"{change.kpi.name}, {change.period.label}: the figure already counts."
                " Say why it changes."
            )
            raise ReasonMissingError(message)
