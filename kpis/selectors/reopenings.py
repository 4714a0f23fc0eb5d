"""Read who asked to reopen what, and what a reopening takes along."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from kpis.models import Reopening, ReportingPeriod
from kpis.selectors.closing import closed_cells
from organisation.models import Entity, User

Cell = tuple[ReportingPeriod, Entity]
NAMED = 5


@dataclass(frozen=True)
class Request:
    """One wish to reopen a period, for one entity or many: it waits, or a second person agreed."""

    key: int  # of its first row
    period: ReportingPeriod
    entities: Sequence[Entity]
    asked_by: User
    asked_at: datetime
    reason: str
    settled_by: User | None = None
    settled_at: datetime | None = None

    @property
    def whom(self) -> str:
        """Name the entities, the first few of many."""
        names = ", ".join(one.name for one in self.entities[:NAMED])
        more = len(self.entities) - NAMED
        return f"{names} and {more} more" if more > 0 else names


def waiting_requests(period: ReportingPeriod | None = None) -> list[Request]:
    """List the requests that wait, the earliest first, in one query."""
    rows = Reopening.objects.filter(settled_at=None).order_by("asked_at", "entity__code")
    if period is not None:
        rows = rows.filter(period=period)
    return _gathered(rows)


def confirmed_requests(period: ReportingPeriod) -> list[Request]:
    """List the reopenings of a period on which two people agreed, the latest first."""
    rows = Reopening.objects.filter(period=period, is_confirmed=True)
    return _gathered(rows.order_by("-settled_at", "entity__code"))


def _gathered(rows: QuerySet[Reopening]) -> list[Request]:
    """Put together what one person asked for at one moment."""
    groups: dict[tuple[object, ...], list[Reopening]] = {}
    for row in rows.select_related("period", "entity", "asked_by", "settled_by"):
        key = (row.asked_by_id, row.asked_at, row.period_id, row.settled_at)
        groups.setdefault(key, []).append(row)
    return [
        Request(
            key=min(row.pk for row in inside),
            period=inside[0].period,
            entities=[row.entity for row in inside],
            asked_by=inside[0].asked_by,
            asked_at=inside[0].asked_at,
            reason=inside[0].reason,
            settled_by=inside[0].settled_by,
            settled_at=inside[0].settled_at,
        )
        for inside in groups.values()
    ]


def get_reopening_to_settle(key: int) -> Reopening:
    """Return a request by the key of any of its rows, or answer as absent."""
    found = Reopening.objects.filter(pk=key).select_related("period").first()
    if found is None:
        raise Http404
    return found


def same_request(reopening: Reopening) -> QuerySet[Reopening]:
    """Find the rows of one request that wait: asked by one person, at one moment."""
    return Reopening.objects.filter(
        period=reopening.period_id,
        asked_by=reopening.asked_by_id,
        asked_at=reopening.asked_at,
        settled_at=None,
    )


def taken_along(cells: Iterable[Cell]) -> list[Cell]:
    """List the closed cells that open with these.

    A group rests on its members, a longer period on those inside it, and the other way round.
    """
    parents = dict(Entity.objects.values_list("pk", "parent_id"))
    wanted: set[tuple[int, int]] = set()
    related: dict[int, set[int]] = {}
    for period, entity in cells:
        if period.pk not in related:
            related[period.pk] = _related(period)
        at: int | None = entity.pk
        while at is not None:
            wanted |= {(at, key) for key in related[period.pk]}
            at = parents[at]
    keys = closed_cells({one for one, _ in wanted}, {one for _, one in wanted}) & wanted
    periods = ReportingPeriod.objects.in_bulk({key for _, key in keys})
    entities = Entity.objects.in_bulk({key for key, _ in keys})
    found = [(periods[period], entities[entity]) for entity, period in keys]
    return sorted(found, key=lambda cell: (cell[0].start_on, cell[0].end_on, cell[1].code))


def _related(period: ReportingPeriod) -> set[int]:
    """Find the period, the longer ones around it, and all inside it."""
    rows = ReportingPeriod.objects.order_by()
    inside = rows.filter(start_on__gte=period.start_on, end_on__lte=period.end_on)
    around = rows.filter(start_on__lte=period.start_on, end_on__gte=period.end_on)
    return {*inside.values_list("pk", flat=True), *around.values_list("pk", flat=True)}
