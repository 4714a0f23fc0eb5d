"""Read the figures that a KPI rests on: who typed what, when, over what, why, by which path."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Subquery, Window

from dashboards.figures import shown
from dashboards.figures.shown import Figure, Unit
from dashboards.selectors.board import Board
from dashboards.selectors.cascade import Cascade
from dashboards.selectors.context import Context, name_of
from kpialign import styles
from kpis.models import ActualRevision, Target
from organisation.models import Entity

MOST = 40
PATHS = {"form": "entry form", "import": "import", "command": "command"}


@dataclass(frozen=True)
class RevisionRow:
    """One counted save of a figure."""

    code: str
    name: str
    place: str  # period, and entity where there are several
    when: str
    who: str
    before: Figure
    after: Figure
    why: str
    by_path: str
    status: str
    source: str


def revisions_behind(
    board: Board, code: str, units: dict[str, Unit]
) -> tuple[list[RevisionRow], int]:
    """Return the latest counted saves behind a KPI in the page's period, and how many there are."""
    context = board.context
    counted = ActualRevision.objects.exclude(status=ActualRevision.Status.DRAFT)
    earlier = counted.filter(actual=OuterRef("actual"), number__lt=OuterRef("number"))
    rows = (
        counted.filter(
            actual__kpi__in=[board.node(one).pk for one in entered_behind(board.cascade, code)],
            actual__entity__in=_within(context),
            actual__period__start_on__lte=context.period.end_on,
            actual__period__end_on__gte=context.period.start_on,
        )
        .annotate(
            before=Subquery(earlier.order_by("-number").values("value")[:1]),
            count=Window(Count("pk")),
        )
        .select_related("by", "actual__period", "actual__entity", "actual__kpi__node")
        .order_by("-at", "-pk")[:MOST]
    )
    zone = ZoneInfo(context.organisation.timezone)
    told = [
        _told(board, row, row.before, units.get(row.actual.kpi.node.code, Unit()), zone)
        for row in rows
    ]
    return told, rows[0].count if told else 0


def entered_behind(cascade: Cascade, code: str) -> list[str]:
    """List the entered KPIs that a KPI's value rests on: itself, or those its formulas use."""
    seen: dict[str, None] = {}
    waiting = [code]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen[one] = None
            waiting += cascade.uses(one)
    return [one for one in seen if not cascade.nodes[one].formula]


@dataclass(frozen=True)
class TargetFacts:
    """The target row in force: where it comes from, and whether it is only an illustration."""

    source: str
    is_illustrative: bool


def target_facts(context: Context, kpi_id: int) -> TargetFacts | None:
    """Return what is known of the target in the page's period, the nearest row first."""
    rows = Target.objects.filter(
        kpi=kpi_id,
        entity=context.entity,
        period__start_on__lte=context.period.end_on,
        period__end_on__gte=context.period.start_on,
    ).select_related("period")
    nearest = min(rows, key=lambda row: _far(context, row), default=None)
    return None if nearest is None else TargetFacts(nearest.source, nearest.illustrative)


def _far(context: Context, row: Target) -> tuple[bool, int]:
    length = (row.period.end_on - row.period.start_on).days
    return (row.period != context.period, length)


def _within(context: Context) -> list[Entity]:
    """Return the page's entity and those beneath it."""
    inside = {context.entity.pk}
    for one in context.entities:  # parents stand before children
        if one.parent_id in inside:
            inside.add(one.pk)
    return [one for one in context.entities if one.pk in inside]


def _told(
    board: Board, row: ActualRevision, before: Decimal | None, unit: Unit, zone: ZoneInfo
) -> RevisionRow:
    code = row.actual.kpi.node.code
    place = name_of(row.actual.period)
    if len(board.context.entities) > 1:
        place += f", {row.actual.entity.name}"
    return RevisionRow(
        code=code,
        name=board.node(code).name,
        place=place,
        when=styles.moment(row.at, zone),
        who=str(row.by) if row.by else "the system",
        before=_figure(before, unit),
        after=_figure(row.value, unit),
        why=row.why or row.comment,
        by_path=PATHS.get(row.path, row.path),
        status=row.get_status_display().lower(),
        source=row.source,
    )


def _figure(value: Decimal | None, unit: Unit) -> Figure:
    return shown.figure(float("nan") if value is None else float(value), unit)


def summary(rows: Sequence[RevisionRow], count: int) -> str:
    """Say how many saves there are, where not all are shown."""
    return f"The latest {len(rows)} of {count} saves." if count > len(rows) else ""
