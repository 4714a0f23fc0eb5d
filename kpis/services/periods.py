"""Make the rows of reporting periods, and answer which period a date lies in.

Nothing else derives a date from a label: other calendars are other generators of rows.
"""

import calendar
from datetime import date

from django.db import transaction

from kpis.errors import PeriodLockedError, PeriodRangeError
from kpis.models import ReportingPeriod
from kpis.selectors.closing import is_anything_closed
from organisation.models import FiscalCalendar

EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
MONTHS_A_YEAR = 12
Kind = ReportingPeriod.Kind


def first_month() -> int:
    """Return the month (1 to 12) in which the fiscal year begins."""
    found = FiscalCalendar.objects.values_list("first_month", flat=True).first()
    return found or 1


def fiscal_year_of(day: date, first: int) -> int:
    """Return the fiscal year of a day: the calendar year in which its last month lies."""
    return day.year + (1 if first > 1 and day.month >= first else 0)


def _month_on(year: int, first: int, index: int) -> date:
    """Return the first day of month `index` (0 to 11) of a fiscal year."""
    month = first - 1 + index
    calendar_year = year - (1 if first > 1 else 0) + month // MONTHS_A_YEAR
    return date(calendar_year, month % MONTHS_A_YEAR + 1, 1)


def _last_day(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _period(kind: str, label: str, start_on: date, end_month: date) -> ReportingPeriod:
    return ReportingPeriod(kind=kind, label=label, start_on=start_on, end_on=_last_day(end_month))


def _rows_of_year(year: int, first: int) -> list[ReportingPeriod]:
    """Build the year, its four quarters and twelve months, each with its parent."""
    months = [_month_on(year, first, index) for index in range(MONTHS_A_YEAR)]
    whole = _period(Kind.YEAR, f"{year}", months[0], months[-1])
    rows = [whole]
    for number in range(4):
        inside = months[3 * number : 3 * number + 3]
        quarter = _period(Kind.QUARTER, f"{year}-Q{number + 1}", inside[0], inside[-1])
        quarter.parent = whole
        rows.append(quarter)
        for day in inside:
            month = _period(Kind.MONTH, f"{day:%Y-%m}", day, day)
            month.parent = quarter
            rows.append(month)
    return rows


@transaction.atomic
def ensure_periods(*, first_on: date, last_on: date) -> None:
    """Make sure that every period of the whole fiscal years around two dates is there.

    The years stay consecutive: those between old and new ones are made too.
    """
    first = first_month()
    years = [fiscal_year_of(first_on, first), fiscal_year_of(last_on, first)]
    if min(years) < EARLIEST_YEAR or max(years) > LATEST_YEAR:
        message = f"Periods are kept for the fiscal years {EARLIEST_YEAR} to {LATEST_YEAR}."
        raise PeriodRangeError(message)
    FiscalCalendar.objects.select_for_update().first()
    known = {
        int(label)
        for label in ReportingPeriod.objects.filter(kind=Kind.YEAR).values_list("label", flat=True)
    }
    wanted = range(min([*years, *known]), max([*years, *known]) + 1)
    missing = [year for year in wanted if year not in known]
    rows = [row for year in missing for row in _rows_of_year(year, first)]
    for kind in (Kind.YEAR, Kind.QUARTER, Kind.MONTH):
        ReportingPeriod.objects.bulk_create(
            [row for row in rows if row.kind == kind], batch_size=500
        )


@transaction.atomic
def realign_periods(*, first: int) -> None:
    """Move quarters and fiscal years to a fiscal year that begins with another month.

    Labels stay; the dates behind them and the parents of months move. Raises PeriodLockedError
    once any period is closed.
    """
    if is_anything_closed():
        message = "Periods are closed: the fiscal year cannot begin in another month any more."
        raise PeriodLockedError(message)
    FiscalCalendar.objects.update(first_month=first)
    held = {row.label: row for row in ReportingPeriod.objects.select_for_update()}
    if not held:
        return
    days = [row.start_on for row in held.values() if row.kind == Kind.MONTH]
    years = [int(row.label) for row in held.values() if row.kind == Kind.YEAR]
    years += [fiscal_year_of(min(days), first), fiscal_year_of(max(days), first)]
    rows = [row for y in range(min(years), max(years) + 1) for row in _rows_of_year(y, first)]
    created = [row for row in rows if row.label not in held]
    moved = [row for row in rows if row.label in held and row.kind != Kind.MONTH]
    _move(held, moved)
    for kind in (Kind.YEAR, Kind.QUARTER, Kind.MONTH):
        for row in created:
            if row.kind == kind and row.parent and row.parent.label in held:
                row.parent = held[row.parent.label]
        ReportingPeriod.objects.bulk_create([row for row in created if row.kind == kind])
    by_label = held | {row.label: row for row in created}
    for row in rows:
        by_label[row.label].parent = by_label[row.parent.label] if row.parent else None
    ReportingPeriod.objects.bulk_update(by_label.values(), ["parent"], batch_size=500)


def _move(held: dict[str, ReportingPeriod], moved: list[ReportingPeriod]) -> None:
    """Give held rows their new dates, by way of dates that no row can hold.

    A start date is unique within its kind, and databases check that row by row.
    """
    rows = [held[row.label] for row in moved]
    for row in rows:
        row.start_on = row.start_on.replace(year=row.start_on.year - 1000, day=1)
    ReportingPeriod.objects.bulk_update(rows, ["start_on"], batch_size=500)
    for row in moved:
        held[row.label].start_on = row.start_on
        held[row.label].end_on = row.end_on
    ReportingPeriod.objects.bulk_update(rows, ["start_on", "end_on"], batch_size=500)
