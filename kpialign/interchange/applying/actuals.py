"""Write figures as revisions, each cell pointing at the one that counts and at its draft."""

from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from kpialign.interchange.applying.figures import cell_keys
from kpialign.interchange.applying.writing import BATCH, PATH, Writing
from kpialign.interchange.figures import plain
from kpialign.interchange.proposal import ActualEntry
from kpis.models import Actual, ActualRevision

Status = ActualRevision.Status
MOST_KEYS = 900


def write_actuals(writing: Writing) -> None:
    """Append a revision for every figure that is new or other."""
    entries = writing.difference.actuals
    if not entries:
        return
    cells = _cells(writing, entries)
    numbers = _next_numbers([entry.held.pk for entry in entries if entry.held])
    now = timezone.now()
    revisions = [
        ActualRevision(
            actual_id=cell,
            number=numbers.get(cell, 1),
            value=plain(entry.new.value),
            status=entry.new.status,
            comment=entry.new.comment,
            source=entry.new.source,
            why=writing.why,
            path=PATH,
            by=writing.by,
            at=now,
        )
        for cell, entry in zip(cells, entries, strict=True)
    ]
    ActualRevision.objects.bulk_create(revisions, batch_size=BATCH)
    _point([r.actual_id for r in revisions if r.status == Status.DRAFT], is_draft=True)
    _point([r.actual_id for r in revisions if r.status != Status.DRAFT], is_draft=False)
    stood = [entry.held and (entry.held.counted or entry.held.draft) for entry in entries]
    new = [entry.new for entry in entries]
    writing.tell_series("actual", "import_actuals", list(zip(stood, new, strict=True)))


def _cells(writing: Writing, entries: list[ActualEntry]) -> list[int]:
    """Return the key of each entry's cell, those that are missing made."""
    made = [Actual(**cell_keys(writing, entry.new)) for entry in entries if entry.held is None]
    created = iter(Actual.objects.bulk_create(made, batch_size=BATCH))
    return [entry.held.pk if entry.held else next(created).pk for entry in entries]


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
