"""Write figures: the one door by which an actual is drafted, submitted or changed."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from kpis.models import Actual, ActualRevision
from kpis.services import figure_rules
from kpis.services.figure_rules import CellKey, FigureChange
from organisation.models import User
from organisation.services import recompute, trail

Status = ActualRevision.Status
BATCH = 900


@transaction.atomic
def record_figures(*, changes: Sequence[FigureChange], by: User | None, path: str) -> int:
    """Write a revision for each figure that differs from what its cell holds; return how many.

    Raises PeriodLockedError, FigureChangedError or ReasonMissingError, and then writes nothing.
    """
    if not changes:
        return 0
    figure_rules.refuse_locked(changes, may_review=path not in figure_rules.BY_PEOPLE)
    cells = _locked_cells(changes)
    latest = _latest_revisions(cells.values())
    figure_rules.refuse_overtaken(changes, cells, latest)
    effective = [c for c in changes if c.key in cells and _differs(c, cells[c.key])]
    figure_rules.refuse_without_reason(effective, cells, path=path)
    _append(effective, cells, latest, by=by, path=path)
    _trail(effective, cells, by=by, path=path)
    counted = _point(effective, cells)
    _request(counted, by=by)
    return len(effective)


def _locked_cells(changes: Sequence[FigureChange]) -> dict[CellKey, Actual]:
    """Lock the cells of the changes and return them by key, those that are missing made.

    A change that says "no figure" of a cell that never had one makes no cell.
    """
    held = _held_cells(changes)
    missing = {change.key for change in changes if _says_something(change)} - set(held)
    if not missing:
        return held
    Actual.objects.bulk_create(
        [Actual(kpi_id=kpi, entity_id=entity, period_id=period) for kpi, entity, period in missing],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    return _held_cells(changes)


def _held_cells(changes: Sequence[FigureChange]) -> dict[CellKey, Actual]:
    wanted = {change.key for change in changes}
    held = Actual.objects.select_for_update(of=("self",)).select_related("counted", "draft")
    held = held.filter(period__in={key[2] for key in wanted}).order_by("pk")
    if len(wanted) < BATCH:
        held = held.filter(kpi__in={key[0] for key in wanted})
    cells = {(cell.kpi_id, cell.entity_id, cell.period_id): cell for cell in held}
    return {key: cells[key] for key in wanted if key in cells}


def _says_something(change: FigureChange) -> bool:
    return change.value is not None or bool(change.comment)


def _latest_revisions(cells: Iterable[Actual]) -> dict[int, ActualRevision]:
    """Return each cell's latest revision, by the cell's key in the database."""
    wanted = [cell.pk for cell in cells]
    found: dict[int, ActualRevision] = {}
    for start in range(0, len(wanted), BATCH):
        batch = ActualRevision.objects.filter(actual__in=wanted[start : start + BATCH])
        for revision in batch.select_related("by").order_by("number"):
            found[revision.actual_id] = revision
    return found


def _differs(change: FigureChange, cell: Actual) -> bool:
    """Tell whether the change would alter the cell: its figure, status, comment or source."""
    held = cell.draft or cell.counted
    if change.status != Status.DRAFT and cell.draft is None:
        held = cell.counted
    if held is None:
        return _says_something(change)
    same = (held.value, held.status, held.comment) == (change.value, change.status, change.comment)
    return not same or (bool(change.source) and held.source != change.source)


def _append(
    changes: Sequence[FigureChange],
    cells: dict[CellKey, Actual],
    latest: dict[int, ActualRevision],
    *,
    by: User | None,
    path: str,
) -> None:
    """Write one revision for each change, numbered after the latest."""
    now = timezone.now()
    revisions = []
    for change in changes:
        cell = cells[change.key]
        newest = latest.get(cell.pk)
        revision = ActualRevision(
            actual=cell,
            number=newest.number + 1 if newest else 1,
            value=change.value,
            status=change.status,
            comment=change.comment,
            source=change.source or _kept_source(change, newest),
            why=change.why,
            path=path,
            by=by,
            at=now,
        )
        revisions.append(revision)
    ActualRevision.objects.bulk_create(revisions, batch_size=BATCH)


def _kept_source(change: FigureChange, newest: ActualRevision | None) -> str:
    """Keep the source of a figure whose comment or status alone changes."""
    return newest.source if newest is not None and newest.value == change.value else ""


def _point(changes: Sequence[FigureChange], cells: dict[CellKey, Actual]) -> list[FigureChange]:
    """Let each cell point at its newest revision; return the changes that count."""
    counted = [change for change in changes if change.status != Status.DRAFT]
    drafts = [change for change in changes if change.status == Status.DRAFT]
    newest = ActualRevision.objects.filter(actual=OuterRef("pk")).order_by("-number")
    pointer = Subquery(newest.values("pk")[:1])
    for batch in _batches(cells[change.key].pk for change in counted):
        batch.update(counted=pointer, draft=None)
    for batch in _batches(cells[change.key].pk for change in drafts):
        batch.update(draft=pointer)
    return counted


def _batches(keys: Iterable[int]) -> Iterator[QuerySet[Actual]]:
    wanted = list(keys)
    for start in range(0, len(wanted), BATCH):
        yield Actual.objects.filter(pk__in=wanted[start : start + BATCH])


def _trail(
    changes: Sequence[FigureChange],
    cells: dict[CellKey, Actual],
    *,
    by: User | None,
    path: str,
) -> None:
    writes = []
    for change in changes:
        held = cells[change.key].draft or cells[change.key].counted
        write = trail.Written(
            action=_action(change, cells[change.key], path=path),
            subject_kind="actual",
            subject_key=change.label,
            before={"value": held.value, "status": held.status} if held else None,
            after={"value": change.value, "status": change.status},
            why=change.why,
        )
        writes.append(write)
    trail.record_many(writes, actor=by, path=path)


def _action(change: FigureChange, cell: Actual, *, path: str) -> str:
    """Name the save; a comment on an approved figure approves nothing anew."""
    counted = cell.counted
    keeps = counted is not None and counted.value == change.value
    if keeps and change.status == Status.APPROVED and path in figure_rules.BY_PEOPLE:
        return "comment_actual"
    return f"{change.status}_actual"


def _request(changes: Sequence[FigureChange], *, by: User | None) -> None:
    """Ask for the scores that the counted changes can reach."""
    reached = {recompute.Change("actual", one.kpi.node.code, one.entity.code) for one in changes}
    recompute.request_recomputes(reached, by=by, why="Figures changed")
