"""The trail beside what it tells of: typed figures, decisions, closes and reopenings."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Count

from dashboards.models import ScoreSnapshot
from kpialign.verifying.fault import Fault
from kpis.models import ActualRevision, PlanVersion, Review
from kpis.selectors.closing import closed_cells
from organisation.models import AuditEntry

TYPED = ("form", "api")  # ways by which one figure comes in at a time, each with its own entry
SAVES = ("draft_actual", "submitted_actual", "comment_actual")  # reviews have their own entries
Save = tuple[str | None, str | None, int | None]  # what stood there, what was saved, by whom
CELL = ("kpi__node__code", "entity__code", "period__label")
CHUNK = 10_000


def history_faults() -> Iterator[Fault]:
    """Compare the trail with what it tells of, and look whether it is whole itself."""
    yield from _whole()
    yield from _saves()
    yield from _reviews()
    yield from _versions()
    yield from _closes()


def _whole() -> Iterator[Fault]:
    """Look for entries that were taken out: SQLite numbers rows without a gap, undone ones too."""
    if connection.vendor != "sqlite":
        return  # PostgreSQL leaves out the numbers of what was undone
    with connection.cursor() as cursor:
        table = AuditEntry._meta.db_table  # noqa: SLF001
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        given = cursor.fetchone()
        cursor.execute(
            f"SELECT id - 1 FROM {table} a WHERE id > 1 AND NOT EXISTS"  # noqa: S608, our name
            f" (SELECT 1 FROM {table} b WHERE b.id = a.id - 1) ORDER BY id LIMIT 20"
        )
        gaps = [row[0] for row in cursor.fetchall()]
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608, our name
        last = cursor.fetchone()[0]
    gaps += [given[0]] if given and given[0] > last else []
    for number in gaps:
        yield Fault("trail_is_whole", f"entry {number}", "was taken out of the trail")


def _saves() -> Iterator[Fault]:
    """Compare the saves of each cell that people typed with the entries that tell of them."""
    saved, told = _saved(), _told_saves()
    for cell in sorted({*saved, *told}):
        one, other = saved[cell], told[cell]
        if len(one) != len(other):
            words = f"{len(one)} saves, and the trail tells of {len(other)}"
            yield Fault("figures_are_in_the_trail", cell, words)
        elif one != other:
            words = "the trail tells of other values, or of somebody else, than its revisions do"
            yield Fault("figures_are_in_the_trail", cell, words)


def _saved() -> dict[str, list[Save]]:
    """Give the typed revisions of each cell in order, with the value that stood there before."""
    found: dict[str, list[Save]] = defaultdict(list)
    typed = ActualRevision.objects.filter(path__in=TYPED).values("actual")
    fields = [f"actual__{one}" for one in CELL]
    rows = ActualRevision.objects.filter(actual__in=typed).order_by("actual", "number")
    before: dict[int, str | None] = {}
    for cell, value, path, by, *place in rows.values_list(
        "actual", "value", "path", "by", *fields
    ).iterator(CHUNK):
        plain = _plain(value)
        if path in TYPED:
            found[" ".join(place)].append((before.get(cell), plain, by))
        before[cell] = plain
    return found


def _told_saves() -> dict[str, list[Save]]:
    found: dict[str, list[Save]] = defaultdict(list)
    entries = AuditEntry.objects.filter(action__in=SAVES, path__in=TYPED).order_by("pk")
    rows = entries.values_list("subject_key", "before", "after", "actor")
    for key, before, after, by in rows.iterator(CHUNK):
        then, now = ((one or {}).get("value") for one in (before, after))
        found[key].append((_plain(then), _plain(now), by))
    return found


def _plain(value: Any) -> str | None:  # noqa: ANN401, a decimal, or what a trail may hold
    """Write a figure as it is whatever wrote it: at the 15 digits that it keeps."""
    if value is None:
        return None
    try:
        return f"{float(value):.15g}"
    except (TypeError, ValueError):
        return repr(value)


def _reviews() -> Iterator[Fault]:
    """Compare the decisions on each cell with the entries that tell of them."""
    fields = [f"revision__actual__{one}" for one in CELL]
    held = Counter(
        (" ".join(cell), f"{decision}_actual", by)
        for decision, by, *cell in Review.objects.values_list("decision", "by", *fields)
    )
    actions = [f"{one}_actual" for one in Review.Decision.values]
    entries = AuditEntry.objects.filter(action__in=actions).exclude(path="import")
    told = Counter(entries.values_list("subject_key", "action", "actor"))
    for cell in sorted({key[0] for key in {*held, *told} if held[key] != told[key]}):
        words = "its approvals and returns are others than the trail tells of"
        yield Fault("reviews_are_in_the_trail", cell, words)


def _versions() -> Iterator[Fault]:
    """Look whether each version is in force from the month of which the trail tells."""
    entries = AuditEntry.objects.filter(action="begin_version").order_by("pk")
    told = {
        key: (after or {}).get("effective_from")
        for key, after in entries.values_list("subject_key", "after")
    }
    for version in PlanVersion.objects.order_by("plan", "number"):
        begins = version.effective_from.isoformat() if version.effective_from else None
        if begins != told.get(str(version)):
            words = f"is in force from {begins or 'the beginning'}, and the trail tells otherwise"
            yield Fault("version_begins_as_told", str(version), words)


def _closes() -> Iterator[Fault]:
    """Look whether every close of the trail has its snapshot, and every reopening its entry."""
    closed = closed_cells()
    counts = ScoreSnapshot.objects.values_list(
        "entity", "period", "entity__code", "period__label"
    ).annotate(count=Count("pk"))
    held = {
        f"{label} {code}": (count, count - ((entity, period) in closed))
        for entity, period, code, label, count in counts.order_by()
    }
    closes, openings = (
        Counter(AuditEntry.objects.filter(action=action).values_list("subject_key", flat=True))
        for action in ("close_period", "confirm_reopening")
    )
    for cell in sorted({*held, *closes, *openings}):
        snapshots, reopened = held.get(cell, (0, 0))
        if snapshots != closes[cell]:
            words = f"{snapshots} snapshots, and the trail tells of {closes[cell]} closes"
            yield Fault("closes_are_in_the_trail", cell, words)
        if reopened != openings[cell]:
            words = f"reopened {reopened} times, and the trail tells of {openings[cell]}"
            yield Fault("reopenings_are_in_the_trail", cell, words)
