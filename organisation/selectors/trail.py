"""Search the trail, a page at a time by key, so that its length does not matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from organisation.models import AuditEntry, User

PAGE = 50
MOST_WORDS = 8
SYSTEM = "system"  # stands for a person where a command or task acted for nobody
DRAFT_ACTIONS = ("draft_actual", "returned_actual")


@dataclass(frozen=True)
class TrailFilter:
    """What of the trail is asked for; what is empty asks for nothing."""

    words: tuple[str, ...] = ()
    person: str = ""
    action: str = ""
    path: str = ""
    kind: str = ""
    first_on: date | None = None
    last_on: date | None = None
    reads_drafts: bool = False  # whether words may be looked for in notes on drafts, too


@dataclass(frozen=True)
class TrailPage:
    """Some entries, newest first, and the keys from which the pages beside them begin."""

    entries: Sequence[AuditEntry]
    older: int | None = None
    newer: int | None = None


def trail_entries(asked: TrailFilter, zone: ZoneInfo) -> QuerySet[AuditEntry]:
    """Find the entries that are asked for, the newest first."""
    # By its key the trail is in order of time: an index on the time would only be sorted again.
    unsorted = Coalesce("at", "at")
    found = AuditEntry.objects.select_related("actor").alias(when=unsorted).order_by("-pk")
    exact: dict[str, Any] = {
        "action": asked.action,
        "path": asked.path,
        "subject_kind": asked.kind,
        "when__gte": asked.first_on and _begin_of(asked.first_on, zone),
        "when__lt": asked.last_on and _end_of(asked.last_on, zone),
    }
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if asked.person:
        is_system = asked.person == SYSTEM
        found = found.filter(actor=None) if is_system else found.filter(actor__email=asked.person)
    for word in asked.words[:MOST_WORDS]:
        found = found.filter(_tells(word, reads_drafts=asked.reads_drafts))
    return found


def trail_page(
    asked: TrailFilter, zone: ZoneInfo, *, before: int | None = None, after: int | None = None
) -> TrailPage:
    """Return the page before (older than) or after (newer than) a key, else the newest one."""
    found = trail_entries(asked, zone)
    if after is not None:
        read = list(found.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        entries = read[:PAGE][::-1]
        newer = entries[0].pk if len(read) > PAGE else None
        return TrailPage(entries, older=entries[-1].pk if entries else None, newer=newer)
    read = list((found if before is None else found.filter(pk__lt=before))[: PAGE + 1])
    entries = read[:PAGE]
    older = entries[-1].pk if len(read) > PAGE else None
    return TrailPage(entries, older=older, newer=entries[0].pk if before and entries else None)


def trail_actors() -> QuerySet[User]:
    """Find everyone who did something that the trail tells of, by name."""
    acted = AuditEntry.objects.exclude(actor=None).values("actor").order_by().distinct()
    return User.objects.filter(pk__in=acted).order_by("name", "email")


def trail_actions() -> list[str]:
    """List what was ever done, by its name in the trail."""
    return list(AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct())


def trail_kinds() -> list[str]:
    """List the kinds of things that something was ever done to."""
    kinds = AuditEntry.objects.order_by("subject_kind").values_list("subject_kind", flat=True)
    return list(kinds.distinct())


def _tells(word: str, *, reads_drafts: bool) -> Q:
    """Say whether subject, person or reason hold a word."""
    people = User.objects.filter(Q(name__icontains=word) | Q(email__icontains=word)).values("pk")
    reason = Q(why__icontains=word)
    if not reads_drafts:
        reason &= ~Q(action__in=DRAFT_ACTIONS)
    return Q(subject_key__icontains=word) | Q(actor__in=people) | reason


def _begin_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return _begin_of(day + timedelta(days=1), zone)
