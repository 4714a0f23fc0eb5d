"""Targets and actuals that the database holds, as rows of the sheets; there may be very many."""

from collections.abc import Collection, Iterator
from typing import NamedTuple, TypeVar

from django.db.models import QuerySet

from kpialign.interchange.rows import ActualRow, TargetRow
from kpis.models import KPI, Actual, ReportingPeriod, Target
from kpis.selectors.drafts import draft_places
from organisation.models import Entity, User

FigureKey = tuple[str, str, str]
MOST_CODES = 900  # in one query; for more KPIs than that everything is read
CHUNK = 10_000
Held = TypeVar("Held", Target, Actual)


class HeldCell(NamedTuple):
    """What a cell holds: its counted figure, and the draft that stands there or beside it."""

    counted: ActualRow | None
    draft: ActualRow | None
    pk: int


class Names:
    """The codes and labels behind the keys in the database."""

    def __init__(self) -> None:
        """Read them all: there are few beside the figures."""
        self.kpis = dict(KPI.objects.values_list("pk", "node__code"))
        self.entities = dict(Entity.objects.values_list("pk", "code"))
        self.periods = dict(ReportingPeriod.objects.values_list("pk", "label"))

    def key(self, kpi: int, entity: int, period: int) -> FigureKey:
        """Name a cell."""
        return self.kpis[kpi], self.entities[entity], self.periods[period]


def targets(codes: Collection[str] | None = None) -> dict[FigureKey, TargetRow]:
    """Return the target rows of these KPIs (None: of all)."""
    names = Names()
    figures = ("baseline", "target", "band_low", "band_high", "budget", "source", "illustrative")
    found = _of(Target.objects.all(), codes).values_list("kpi", "entity", "period", *figures)
    read = {}
    for kpi, entity, period, *rest in found.iterator(CHUNK):
        key = names.key(kpi, entity, period)
        read[key] = TargetRow(*key, *rest)
    return read


def _of(rows: "QuerySet[Held]", codes: Collection[str] | None) -> "QuerySet[Held]":
    if codes is None or len(codes) > MOST_CODES:
        return rows
    return rows.filter(kpi__node__code__in=codes)


def actuals(
    codes: Collection[str] | None = None, reader: User | None = None
) -> dict[FigureKey, HeldCell]:
    """Return the cells of these KPIs (None: of all) with what a person may read of them.

    Drafts outside the scope of the reader look absent; without one, the system reads all.
    """
    return dict(_cells(codes, reader))


def _cells(
    codes: Collection[str] | None, reader: User | None
) -> Iterator[tuple[FigureKey, HeldCell]]:
    names = Names()
    departments = dict(KPI.objects.values_list("pk", "department"))
    places = None if reader is None else draft_places(reader)
    parts = ("value", "comment", "status", "source")
    fields = [f"{pointer}__{part}" for pointer in ("counted", "draft") for part in parts]
    found = _of(Actual.objects.order_by("pk"), codes).values_list(
        "pk", "kpi", "entity", "period", *fields
    )
    for pk, kpi, entity, period, *held in found.iterator(CHUNK):
        key = names.key(kpi, entity, period)
        counted = ActualRow(*key, *held[:4]) if held[2] else None
        is_read = held[6] and (places is None or (departments[kpi], entity) in places)
        draft = ActualRow(*key, *held[4:]) if is_read else None
        yield key, HeldCell(counted, draft, pk)
