"""Read the list of figures to review: a page of rows, each beside its history and target."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import Q

from kpis.models import Actual, ActualRevision, NodeDefinition, ReportingPeriod, Target
from kpis.review_rows import Filters, ReviewGroup, ReviewRow
from kpis.selectors.own_figures import own_revisions
from kpis.selectors.purpose import version_in_force
from kpis.selectors.reviews import waiting_figures
from organisation.models import Department, Entity, Organisation, User
from organisation.permissions import can_review

PAGE = 100
Place = tuple[int, int]  # KPI, entity
History = dict[Place, list[tuple[date, Decimal]]]


@dataclass(frozen=True)
class ReviewQueue:
    """One page of the figures that wait, and what the list can be narrowed to."""

    filters: Filters
    page: Page[Actual]
    groups: Sequence[ReviewGroup]
    periods: Sequence[ReportingPeriod]
    departments: Sequence[Department]
    entities: Sequence[Entity]

    @property
    def count(self) -> int:
        """How many figures wait, on all pages."""
        return self.page.paginator.count

    @property
    def rows(self) -> list[ReviewRow]:
        """Every row of this page."""
        return [row for group in self.groups for row in group.rows]

    @property
    def has_entities(self) -> bool:
        """Whether figures of more than one entity stand on this page."""
        return len({row.entity.pk for row in self.rows}) > 1

    @property
    def column_count(self) -> int:
        """How many columns stand before that of returns."""
        return 10 if self.has_entities else 9

    @property
    def decidable(self) -> list[ReviewRow]:
        """The rows of this page that the person may decide."""
        return [row for row in self.rows if row.can_decide]

    @property
    def unremarkable(self) -> list[ReviewRow]:
        """Those of them that lie within their own history."""
        return [row for row in self.decidable if not row.surprise]

    @property
    def own_count(self) -> int:
        """How many figures of this page the person submitted."""
        return sum(row.is_own and row.may_review for row in self.rows)


def review_queue(user: User, filters: Filters, page_number: str) -> ReviewQueue:
    """Read one page of what waits; the number of queries does not depend on how much does."""
    waiting = waiting_figures(user, filters).order_by(
        "period__end_on",
        "period__start_on",
        "kpi__department__name",
        "kpi__name",
        "kpi__node__code",
        "entity__code",
    )
    related = ("kpi__node", "kpi__department", "entity", "period", "counted__by")
    page = Paginator(waiting.select_related(*related), PAGE).get_page(page_number)
    cells = list(page)
    everything = waiting_figures(user).order_by()
    return ReviewQueue(
        filters=filters,
        page=page,
        groups=_grouped(_Beside(user, cells).rows()),
        periods=_periods(everything.values_list("period", flat=True), filters.period),
        departments=_departments(everything.values("kpi__department"), filters.department),
        entities=_entities(everything.values("entity"), filters.entity),
    )


def _periods(keys: Iterable[int], chosen: ReportingPeriod | None) -> list[ReportingPeriod]:
    """List the periods in which figures wait and the longer ones around them, in order."""
    waiting = ReportingPeriod.objects.filter(pk__in=set(keys)).select_related("parent__parent")
    found = {one.pk: one for one in ([chosen] if chosen else [])}
    for period in waiting:
        above: ReportingPeriod | None = period
        while above is not None:
            found[above.pk] = above
            above = above.parent
    return sorted(found.values(), key=lambda one: (one.end_on, one.start_on), reverse=True)


def _departments(keys: object, chosen: Department | None) -> list[Department]:
    waiting = Q(pk__in=keys) | Q(pk=chosen.pk if chosen else None)
    return list(Department.objects.filter(waiting).order_by("name"))


def _entities(keys: object, chosen: Entity | None) -> list[Entity]:
    waiting = Q(pk__in=keys) | Q(pk=chosen.pk if chosen else None)
    return list(Entity.objects.filter(waiting).order_by("code"))


def _grouped(rows: Iterable[ReviewRow]) -> list[ReviewGroup]:
    groups: dict[tuple[int, int], list[ReviewRow]] = defaultdict(list)
    for row in rows:
        groups[row.period.pk, row.kpi.department_id].append(row)
    return [
        ReviewGroup(inside[0].kpi.department, inside[0].period, tuple(inside))
        for inside in groups.values()
    ]


class _Beside:
    """What all rows of a page have in common, read once."""

    def __init__(self, user: User, cells: Sequence[Actual]) -> None:
        self.user, self.cells = user, cells
        revisions = [cell.counted for cell in cells if cell.counted is not None]
        self.own = own_revisions(revisions, by=user)
        self.kpis = {cell.kpi_id for cell in cells}
        self.entities = {cell.entity_id for cell in cells}
        self.history = self._history()
        self.targets = self._targets()
        bands = NodeDefinition.objects.filter(version=version_in_force(), direction="band")
        self.bands = set(bands.filter(node__in=self.kpis).values_list("node", flat=True))
        organisation = Organisation.objects.first()
        self.currency = organisation.currency if organisation else ""

    def rows(self) -> list[ReviewRow]:
        """Put the rows together."""
        return [self._row(cell, cell.counted) for cell in self.cells if cell.counted is not None]

    def _row(self, cell: Actual, revision: ActualRevision) -> ReviewRow:
        place, start_on = (cell.kpi_id, cell.entity_id), cell.period.start_on
        before = [one for one in self.history.get(place, []) if one[0] < start_on]
        a_year_ago = start_on.replace(year=start_on.year - 1)
        money = cell.entity.currency or self.currency
        return ReviewRow(
            revision=revision,
            kpi=cell.kpi,
            entity=cell.entity,
            period=cell.period,
            unit=money if cell.kpi.unit == "money" else cell.kpi.unit,
            last=before[-1][1] if before else None,
            last_year=dict(before).get(a_year_ago),
            target=self._target(cell),
            is_band=cell.kpi_id in self.bands,
            earlier=tuple(value for _, value in before),
            is_own=revision.pk in self.own,
            may_review=can_review(self.user, cell.kpi.department, cell.entity),
            has_draft=cell.draft_id is not None,
        )

    def _history(self) -> History:
        history: History = defaultdict(list)
        rows = Actual.objects.filter(
            kpi__in=self.kpis, entity__in=self.entities, counted__value__isnull=False
        )
        columns = rows.order_by("period__start_on").values_list(
            "kpi", "entity", "period__start_on", "counted__value"
        )
        for kpi, entity, start_on, value in columns:
            if value is not None:
                history[kpi, entity].append((start_on, value))
        return history

    def _targets(self) -> dict[Place, list[Target]]:
        """Map each place to its rows, the nearest of any moment last."""
        targets: dict[Place, list[Target]] = defaultdict(list)
        rows = Target.objects.filter(kpi__in=self.kpis, entity__in=self.entities)
        rows = rows.select_related("period").order_by("period__start_on", "-period__end_on")
        for row in rows:
            targets[row.kpi_id, row.entity_id].append(row)
        return targets

    def _target(self, cell: Actual) -> Target | None:
        period = cell.period
        around = [
            row
            for row in self.targets.get((cell.kpi_id, cell.entity_id), [])
            if row.period.start_on <= period.start_on and row.period.end_on >= period.end_on
        ]
        return around[-1] if around else None
