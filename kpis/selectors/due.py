"""Read which sheets wait for figures, and which period a department enters next."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from kpis.models import KPI, Actual, PeriodState, ReportingPeriod
from kpis.rows import SheetDue
from kpis.selectors.expected import Expectation, entered_kpis
from kpis.selectors.periods import FREQUENCY_OF_KIND, periods_to_enter
from organisation.models import Department, User
from organisation.permissions import can_enter_actuals, can_open_entry_sheets, can_read_entry_sheet


def departments_to_read(user: User) -> list[Department]:
    """Return the departments whose sheets the person may read and that have figures to enter."""
    if not can_open_entry_sheets(user):
        return []
    owing = Department.objects.filter(kpis__in=entered_kpis()).distinct().order_by("name")
    return [department for department in owing if can_read_entry_sheet(user, department)]


def period_to_enter(user: User, department: Department, today: date) -> ReportingPeriod | None:
    """Return the period that a department enters next: the earliest with a gap, else the last."""
    due = sheets_due(user, [department], today)
    gaps = [sheet for sheet in due if sheet.has_gap]
    chosen = gaps[0] if gaps else (due[-1] if due else None)
    return chosen.period if chosen else None


def sheets_due(user: User, departments: Sequence[Department], today: date) -> list[SheetDue]:
    """Return the sheets of the last reported periods and the next ones, earliest first.

    Only cells within the person's reach are counted. The number of queries does not depend on
    how many departments there are.
    """
    kpis = list(
        entered_kpis()
        .filter(department__in=departments)
        .select_related("node")
        .prefetch_related("entities")
    )
    expectation = Expectation(kpis)
    sheets = []
    for kind in ReportingPeriod.Kind:
        inside = [kpi for kpi in kpis if kpi.frequency == FREQUENCY_OF_KIND[kind]]
        for period in periods_to_enter(kind, today) if inside else ():
            sheets += _sheets_of(user, departments, inside, period, expectation)
    return sorted(sheets, key=lambda sheet: (sheet.period.end_on, sheet.department.name))


def _sheets_of(
    user: User,
    departments: Sequence[Department],
    kpis: Sequence[KPI],
    period: ReportingPeriod,
    expectation: Expectation,
) -> list[SheetDue]:
    """Count, per department, the cells of one period: all, missing and drafts."""
    owners = {department.pk: department for department in departments}
    held = _cells_by_place(kpis, period)
    states = PeriodState.objects.filter(period=period).exclude(state=PeriodState.State.OPEN)
    locked = set(states.values_list("entity", flat=True))
    counts: Counter[tuple[int, str]] = Counter()
    for kpi in kpis:
        owner = owners[kpi.department_id]
        for entity in expectation.entities_of(kpi, period):
            if can_read_entry_sheet(user, owner, entity):
                counts[owner.pk, "all"] += 1
                state = _state(held.get((kpi.pk, entity.pk)))
                counts[owner.pk, state] += 1
                counts[owner.pk, f"{state} to go"] += entity.pk not in locked
                counts[owner.pk, "open"] += entity.pk not in locked
    return [
        SheetDue(
            department=owner,
            period=period,
            cell_count=counts[pk, "all"],
            missing_count=counts[pk, "missing"],
            draft_count=counts[pk, "draft"],
            missing_to_go=counts[pk, "missing to go"],
            drafts_to_go=counts[pk, "draft to go"],
            is_open=bool(counts[pk, "open"]),
            can_enter=can_enter_actuals(user, owner),
        )
        for pk, owner in owners.items()
        if counts[pk, "all"]
    ]


def _cells_by_place(kpis: Sequence[KPI], period: ReportingPeriod) -> dict[tuple[int, int], Actual]:
    """Read the cells of one period, by KPI and entity."""
    cells = Actual.objects.filter(kpi__in=kpis, period=period).select_related("counted", "draft")
    return {(cell.kpi_id, cell.entity_id): cell for cell in cells}


def _state(cell: Actual | None) -> str:
    """Tell whether a cell is missing, has a draft that waits, or is in."""
    if cell is None:
        return "missing"
    if cell.draft is not None and cell.draft.value is not None:
        return "draft"
    return "in" if cell.counted is not None and cell.counted.value is not None else "missing"
