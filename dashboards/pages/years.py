"""The list of periods by fiscal year: the latest years open, the older ones folded."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.selectors.closings import PeriodLine
from dashboards.selectors.context import name_of
from kpis.models import ReportingPeriod

YEARS_OPEN = 2


def line_told(line: PeriodLine) -> str:
    """Say for how many entities a period is closed."""
    if line.closed == line.all:
        return "Closed"
    parts = [(line.closed, "closed"), (line.in_review, "in review"), (line.open, "open")]
    known = [f"{count} {word}" for count, word in parts if count]
    return ", ".join(known) if line.all > 1 else known[0].partition(" ")[2].capitalize()


@dataclass(frozen=True)
class LineRow:
    """One period in the list."""

    line: PeriodLine
    name: str
    told: str
    is_next: bool


@dataclass(frozen=True)
class YearRows:
    """A fiscal year with its periods."""

    name: str
    rows: Sequence[LineRow]
    closed_count: int
    is_open: bool


def by_year(lines: Sequence[PeriodLine], following: ReportingPeriod | None) -> list[YearRows]:
    """Put the periods into their fiscal years, the latest first.

    A year with something to do is open, however old it is.
    """
    years = [one.period for one in lines if one.period.kind == ReportingPeriod.Kind.YEAR]
    found = []
    for place, year in enumerate(years):
        inside = [
            one
            for one in lines
            if year.start_on <= one.period.start_on and one.period.end_on <= year.end_on
        ]
        rows = [
            LineRow(one, name_of(one.period), line_told(one), one.period == following)
            for one in inside
        ]
        is_open = place < YEARS_OPEN or any(row.is_next or row.line.asked for row in rows)
        closed = sum(one.closed == one.all for one in inside)
        found.append(YearRows(name_of(year), rows, closed, is_open))
    return found
