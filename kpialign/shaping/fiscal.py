"""The periods of one fiscal year as lines of a grid, whether or not they are stored yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from dashboards.figures import shown
from kpialign.interchange.periods import YEAR_LENGTH, length_of, span_of
from kpis.models import KPI, ReportingPeriod
from kpis.services.periods import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    ensure_periods,
    first_month,
    fiscal_year_of,
)

KINDS = {1: "month", 3: "quarter", 12: "year"}
LENGTHS: dict[str, int] = {
    KPI.Frequency.MONTHLY: 1,
    KPI.Frequency.QUARTERLY: 3,
    KPI.Frequency.ANNUAL: 12,
}


@dataclass(frozen=True)
class Line:
    """One period of the year: its label, its name, and how long it is."""

    label: str
    name: str
    months: int
    start_on: date
    end_on: date

    @property
    def kind(self) -> str:
        """Say how long it is, in a word."""
        return KINDS[self.months]


def year_asked(asked: Mapping[str, str]) -> int:
    """Return the fiscal year that the address names, or the one that runs now."""
    written = asked.get("year", "")
    this = fiscal_year_of(timezone.localdate(), first_month())
    if written.isascii() and written.isdigit() and len(written) == len("2026"):
        year = int(written)
        return year if EARLIEST_YEAR < year < LATEST_YEAR else this
    return this


def years_offered(chosen: int) -> list[int]:
    """List the years to choose from: those with periods, this one and the next two."""
    labels = ReportingPeriod.objects.filter(kind="year").values_list("label", flat=True)
    this = fiscal_year_of(timezone.localdate(), first_month())
    return sorted({int(label) for label in labels} | {this, this + 1, this + 2, chosen})


def lines_of(year: int, shortest: int) -> list[Line]:
    """List the periods of a year from a length on: months, their quarter after them, the year.

    A quarter stands beneath its months and the year at the end, as sums do.
    """
    first = first_month()
    labels = []
    for quarter in range(1, 5):
        span = span_of(f"{year}-Q{quarter}", first)
        labels += [f"{i // 12:04d}-{i % 12 + 1:02d}" for i in range(span.first, span.last + 1)]
        labels.append(f"{year}-Q{quarter}")
    labels.append(f"{year}")
    return [_line(label, first) for label in labels if length_of(label) >= shortest]


def _line(label: str, first: int) -> Line:
    span, months = span_of(label, first), length_of(label)
    start = _day(span.first)
    end = date.fromordinal(_day(span.last + 1).toordinal() - 1)
    return Line(label, shown.period(KINDS[months], label, start), months, start, end)


def _day(index: int) -> date:
    return date(index // YEAR_LENGTH, index % YEAR_LENGTH + 1, 1)


def begin_calendar() -> None:
    """Make the periods of this fiscal year where there are none, so that figures can be entered."""
    today = timezone.localdate()
    if not ReportingPeriod.objects.exists():
        ensure_periods(first_on=today, last_on=today)


def around(line: Line, lines: list[Line]) -> list[Line]:
    """List the longer periods around one, the shortest first."""
    found = [
        one
        for one in lines
        if one.months > line.months and one.start_on <= line.start_on and line.end_on <= one.end_on
    ]
    return sorted(found, key=lambda one: one.months)
