"""What figures must satisfy before they are approved or returned."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kpis.errors import FigureNotWaitingError, OwnFigureError, PeriodLockedError
from kpis.models import Actual, ActualRevision, ReportingPeriod
from kpis.selectors.closing import ClosedCells
from kpis.selectors.own_figures import own_revisions
from organisation.models import User

Status = ActualRevision.Status
BATCH = 900


@dataclass(frozen=True)
class Waiting:
    """A submitted revision that counts and waits for approval, with the names of its cell."""

    revision: ActualRevision
    kpi_code: str
    kpi_name: str
    entity_code: str
    entity_name: str
    period: ReportingPeriod

    @property
    def label(self) -> str:
        """Name the cell as the trail does."""
        return f"{self.kpi_code} {self.entity_code} {self.period.label}"

    @property
    def told(self) -> str:
        """Name the cell in a sentence."""
        return f"{self.kpi_name}, {self.entity_name}, {self.period.label}"


def lock_waiting(revisions: Collection[int], *, by: User) -> list[Waiting]:
    """Lock the periods and cells of revisions; return them, or refuse all if one cannot go."""
    keys = sorted(set(revisions))
    if not keys:
        message = "No figure was chosen. Tick those that you approve."
        raise FigureNotWaitingError(message)
    found = [one for start in range(0, len(keys), BATCH) for one in _read(keys[start:][:BATCH])]
    periods = sorted({one.period.pk for one in found})
    list(ReportingPeriod.objects.select_for_update().filter(pk__in=periods).order_by("pk"))
    cells = _locked_cells([one.revision.actual_id for one in found])
    if len(found) < len(keys):
        message = "A figure is no longer there. Nothing was changed. Open the list again."
        raise FigureNotWaitingError(message)
    _refuse_closed(found)
    for one in found:
        _refuse_overtaken(one, cells[one.revision.actual_id])
    _refuse_own(found, by=by)
    return found


def _read(keys: Sequence[int]) -> list[Waiting]:
    rows = ActualRevision.objects.filter(pk__in=keys).order_by("actual", "pk")
    rows = rows.select_related("actual__kpi__node", "actual__entity", "actual__period")
    return [
        Waiting(
            revision=row,
            kpi_code=row.actual.kpi.node.code,
            kpi_name=row.actual.kpi.name,
            entity_code=row.actual.entity.code,
            entity_name=row.actual.entity.name,
            period=row.actual.period,
        )
        for row in rows
    ]


def _locked_cells(keys: Sequence[int]) -> dict[int, Actual]:
    """Lock the cells in the one order of all writers, and read what counts in them now."""
    cells: dict[int, Actual] = {}
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), BATCH):
        held = Actual.objects.select_for_update(of=("self",)).order_by("pk")
        held = held.filter(pk__in=wanted[start : start + BATCH])
        cells |= {cell.pk: cell for cell in held.select_related("counted__by")}
    return cells


def _refuse_closed(found: Sequence[Waiting]) -> None:
    closed = ClosedCells({one.revision.actual.entity_id for one in found})
    for one in found:
        if closed.holds(one.revision.actual.entity_id, one.period.pk):
            message = (
                f"{one.period.label} is closed for {one.entity_name}: nothing was changed."
                " Ask to reopen it first."
            )
            raise PeriodLockedError(message)


def _refuse_overtaken(one: Waiting, cell: Actual) -> None:
    """Refuse a revision that does not wait any more, and say what happened to it."""
    now = cell.counted
    if now is not None and now.pk == one.revision.pk and now.status == Status.SUBMITTED:
        return
    if now is not None and now.pk == one.revision.pk:
        what = "was approved meanwhile"
    elif now is not None and now.number > one.revision.number:
        what = f"was changed meanwhile by {now.by or 'the system'}"
    else:
        what = "does not wait for approval: it is a draft, or was returned meanwhile"
    message = f"{one.told}: the figure {what}. Nothing was changed. Look at the list again."
    raise FigureNotWaitingError(message)


def _refuse_own(found: Sequence[Waiting], *, by: User) -> None:
    own = own_revisions([one.revision for one in found], by=by)
    for one in found:
        if one.revision.pk in own:
            message = (
                f"{one.told}: you submitted this figure yourself. Somebody else reviews it."
                " Nothing was changed."
            )
            raise OwnFigureError(message)
