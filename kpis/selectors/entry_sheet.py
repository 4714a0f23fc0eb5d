"""Read an entry sheet: the figures that a department owes for a period, and what stands there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.http import Http404
from django.shortcuts import get_object_or_404

from kpis.models import KPI, Actual, NodeDefinition, PeriodState, ReportingPeriod, Target
from kpis.rows import Cell, EntrySheet, Group, Purpose
from kpis.selectors.expected import Expectation, entered_kpis
from kpis.selectors.periods import FREQUENCY_OF_KIND, a_year_before, neighbour
from kpis.selectors.purpose import purposes, version_in_force
from kpis.selectors.reviews import returned_reviews
from organisation.models import Department, Entity, Organisation, User
from organisation.permissions import can_enter_actuals, can_read_entry_sheet

Figures = Mapping[tuple[int, int, int], Actual]


def get_department_to_read(user: User, code: str) -> Department:
    """Return the department if the person may read its sheet, else answer as absent."""
    found = Department.objects.select_related("partner").filter(code=code).first()
    if found is None or not can_read_entry_sheet(user, found):
        raise Http404
    return found


def get_entity_to_narrow(code: str) -> Entity | None:
    """Return the entity that a sheet is narrowed to; none asked for, none."""
    return get_object_or_404(Entity, code=code) if code else None


def entry_sheet(
    user: User, department: Department, period: ReportingPeriod, within: Entity | None = None
) -> EntrySheet:
    """Read the sheet of a department and period, with what the person may do in it.

    Narrowed to an entity it holds the figures of that one and of those beneath it.
    """
    frequency = FREQUENCY_OF_KIND[ReportingPeriod.Kind(period.kind)]
    kpis = list(
        entered_kpis()
        .filter(department=department, frequency=frequency)
        .select_related("node", "department")
        .prefetch_related("entities")
        .order_by("name", "node__code")
    )
    reading = _Reading(user, department, period, kpis, within)
    cells = [cell for kpi in kpis for cell in reading.cells_of(kpi)]
    why = purposes([kpi.node.code for kpi in kpis])
    return EntrySheet(
        department=department,
        period=period,
        last_year=reading.last_year,
        last_period=reading.last_period,
        groups=_grouped(cells, why),
        purposes=why,
        locks=tuple(reading.locks.values()),
        within=within,
    )


class _Reading:
    """What all cells of one sheet have in common, read once."""

    def __init__(
        self,
        user: User,
        department: Department,
        period: ReportingPeriod,
        kpis: list[KPI],
        within: Entity | None,
    ) -> None:
        self.entity = within
        self.user, self.department, self.period = user, department, period
        self.expectation = Expectation(kpis)
        self.last_year, self.last_period = a_year_before(period), neighbour(period, steps=-1)
        self.figures = _figures(kpis, [period, self.last_year, self.last_period])
        self.targets = {(row.kpi_id, row.entity_id): row for row in _targets(kpis, period)}
        self.currency = Organisation.objects.get().currency
        bands = NodeDefinition.objects.filter(version=version_in_force(), direction="band")
        self.bands = set(bands.filter(node__kpi__in=kpis).values_list("node", flat=True))
        states = PeriodState.objects.filter(period=period).exclude(state=PeriodState.State.OPEN)
        self.locks = {
            row.entity_id: row for row in states.select_related("changed_by", "entity", "period")
        }
        held = Actual.objects.filter(kpi__in=kpis, period=period)
        self.returned = returned_reviews(held)

    def cells_of(self, kpi: KPI) -> list[Cell]:
        """Put together the cells of a KPI that the person may read."""
        return [
            self._cell(kpi, entity)
            for entity in self.expectation.entities_of(kpi, self.period)
            if self.entity is None or self.expectation.within(self.entity, entity)
            if can_read_entry_sheet(self.user, self.department, entity)
        ]

    def _cell(self, kpi: KPI, entity: Entity) -> Cell:
        held = self.figures.get((self.period.pk, kpi.pk, entity.pk))
        lock = self.locks.get(entity.pk)
        state = lock.state if lock else PeriodState.State.OPEN
        return Cell(
            kpi=kpi,
            entity=entity,
            counted=held.counted if held else None,
            draft=held.draft if held else None,
            target=self.targets.get((kpi.pk, entity.pk)),
            last_year=self._counted_in(self.last_year, kpi, entity),
            last_period=self._counted_in(self.last_period, kpi, entity),
            can_enter=state == PeriodState.State.OPEN
            and can_enter_actuals(self.user, self.department, entity),
            state=PeriodState.State(state).label,
            currency=entity.currency or self.currency,
            is_band=kpi.pk in self.bands,
            returned=self.returned.get(held.pk) if held else None,
        )

    def _counted_in(
        self, period: ReportingPeriod | None, kpi: KPI, entity: Entity
    ) -> Decimal | None:
        if period is None:
            return None
        cell = self.figures.get((period.pk, kpi.pk, entity.pk))
        return cell.counted.value if cell and cell.counted else None


def _figures(kpis: list[KPI], periods: list[ReportingPeriod | None]) -> Figures:
    """Map period, KPI and entity to the cell that holds its figures."""
    cells = Actual.objects.filter(kpi__in=kpis, period__in=[p for p in periods if p])
    cells = cells.select_related("counted__by", "draft__by")
    return {(cell.period_id, cell.kpi_id, cell.entity_id): cell for cell in cells}


def _targets(kpis: list[KPI], period: ReportingPeriod) -> Iterable[Target]:
    """Return the rows that hold in the period, the nearest last, so that it wins."""
    above = [period, period.parent, period.parent.parent if period.parent else None]
    rows = Target.objects.filter(kpi__in=kpis, period__in=[row for row in above if row])
    return rows.select_related("period").order_by("period__start_on", "-period__end_on")


def _grouped(cells: list[Cell], why: Mapping[str, Purpose]) -> tuple[Group, ...]:
    """Group the cells by the objectives they serve; those that serve none come last."""
    groups: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[why.get(cell.kpi.node.code, Purpose()).serves].append(cell)
    ordered = sorted(groups.items(), key=lambda item: (not item[0], item[0]))
    return tuple(
        Group(" and ".join(serves) or "Serves no objective yet", tuple(inside))
        for serves, inside in ordered
    )
