"""Write figures as revisions, each cell pointing at the one that counts and at its draft."""

from typing import Any

from django.db import connection
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from kpialign.interchange.applying.bulk import insert_rows, reserve_keys
from kpialign.interchange.applying.figures import cell_keys
from kpialign.interchange.applying.writing import Writing
from kpialign.interchange.proposal import ActualEntry
from kpialign.interchange.rows import ActualRow
from kpis.models import Actual, ActualRevision

Status = ActualRevision.Status
MOST_KEYS = 900
REVISION = (
    "id",
    "actual",
    "number",
    "value",
    "status",
    "comment",
    "source",
    "why",
    "path",
    "by",
    "at",
)


def write_actuals(writing: Writing) -> None:
    """Append a revision for every figure that is new or other."""
    entries = writing.difference.actuals
    if not entries:
        return
    made = [entry for entry in entries if entry.held is None]
    held = [entry for entry in entries if entry.held is not None]
    _make_cells(writing, made)
    _add_revisions(writing, held)
    stood = [entry.held and (entry.held.counted or entry.held.draft) for entry in entries]
    new = [entry.new for entry in entries]
    writing.tell_series("actual", "import_actuals", list(zip(stood, new, strict=True)))


def _make_cells(writing: Writing, entries: list[ActualEntry]) -> None:
    """Make cells with their first revision, either pointing at the other by reserved keys."""
    cells = reserve_keys(Actual, len(entries))
    revisions = reserve_keys(ActualRevision, len(entries))
    told = list(zip(cells, revisions, (entry.new for entry in entries), strict=True))
    insert_rows(
        Actual,
        ("id", "kpi", "entity", "period", "counted", "draft"),
        (
            (cell, *cell_keys(writing, row), *_pointers(revision, row.status))
            for cell, revision, row in told
        ),
    )
    constant = _constant(writing)
    insert_rows(
        ActualRevision,
        REVISION,
        (_values(revision, cell, 1, row, constant) for cell, revision, row in told),
    )


def _pointers(revision: int, status: str) -> tuple[int | None, int | None]:
    return (None, revision) if status == Status.DRAFT else (revision, None)


def _constant(writing: Writing) -> tuple[Any, ...]:
    """Return what all revisions of one import say alike: why, path, by, at."""
    at = ActualRevision._meta.get_field("at").get_db_prep_save(timezone.now(), connection)  # noqa: SLF001
    return writing.why, writing.path, writing.by.pk if writing.by else None, at


def _values(
    key: int, cell: int, number: int, row: ActualRow, constant: tuple[Any, ...]
) -> tuple[Any, ...]:
    return (key, cell, number, row.value, row.status, row.comment, row.source, *constant)


def _add_revisions(writing: Writing, entries: list[ActualEntry]) -> None:
    """Append a revision to cells that are there, and let them point at it."""
    cells = [entry.held.pk for entry in entries if entry.held]
    numbers = _next_numbers(cells)
    constant = _constant(writing)
    keys = reserve_keys(ActualRevision, len(entries))
    told = list(zip(keys, cells, (entry.new for entry in entries), strict=True))
    rows = (_values(key, cell, numbers.get(cell, 1), row, constant) for key, cell, row in told)
    insert_rows(ActualRevision, REVISION, rows)
    for is_draft in (True, False):
        status = [cell for _key, cell, row in told if (row.status == Status.DRAFT) == is_draft]
        _point(status, is_draft=is_draft)


def _next_numbers(cells: list[int]) -> dict[int, int]:
    """Return the number that the next revision of each cell has."""
    numbers: dict[int, int] = {}
    for start in range(0, len(cells), MOST_KEYS):
        batch = ActualRevision.objects.filter(actual__in=cells[start : start + MOST_KEYS])
        for cell, latest in (
            batch.values("actual").annotate(latest=Max("number")).values_list("actual", "latest")
        ):
            numbers[cell] = latest + 1
    return numbers


def _point(cells: list[int], *, is_draft: bool) -> None:
    """Let cells point at their newest revision; a counted one takes the draft's place."""
    newest = ActualRevision.objects.filter(actual=OuterRef("pk")).order_by("-number")
    pointer = Subquery(newest.values("pk")[:1])
    for start in range(0, len(cells), MOST_KEYS):
        batch = Actual.objects.filter(pk__in=cells[start : start + MOST_KEYS])
        if is_draft:
            batch.update(draft=pointer)
        else:
            batch.update(counted=pointer, draft=None)
