"""Labels of reporting periods as files write them, and the months behind each."""

import re
from datetime import date, datetime
from typing import NamedTuple

from kpialign.interchange.cells import Cell, described, refuse_bad
from kpialign.interchange.problems import CellError
from kpis.services.periods import EARLIEST_YEAR, LATEST_YEAR

ACCEPTED = "2026-03, 2026-Q1 or 2026"
LABEL = re.compile(r"(?P<year>[0-9]{4})(?:-(?:(?P<month>[0-9]{2})|Q(?P<quarter>[1-4])))?")
WEEK = re.compile(r"[0-9]{4}-W[0-9]{1,2}")
YEAR_NUMBER = re.compile(r"([0-9]{4})\.0+")
ISO_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
MONTH_LENGTH, QUARTER_LENGTH, YEAR_LENGTH = 1, 3, 12
LENGTH_WORDS = {MONTH_LENGTH: "a month", QUARTER_LENGTH: "a quarter", YEAR_LENGTH: "a fiscal year"}


class Span(NamedTuple):
    """The first and last calendar month of a period, counted from year 0."""

    first: int
    last: int

    @property
    def months(self) -> int:
        """Count the months: 1, 3 or 12."""
        return self.last - self.first + 1


def period(cell: Cell) -> str:
    """Read the label of a month, quarter or fiscal year.

    >>> period("2026-Q1"), period(2026.0), period(date(2026, 3, 1))
    ('2026-Q1', '2026', '2026-03')
    """
    refuse_bad(cell)
    label = _label(cell)
    found = LABEL.fullmatch(label)
    if WEEK.fullmatch(label):
        raise CellError(f"{label} is a week, and weeks come later", ACCEPTED)
    if not found or (found["month"] and not 1 <= int(found["month"]) <= YEAR_LENGTH):
        raise CellError(f"{described(cell)} is not a period", ACCEPTED)
    # A fiscal year may begin in the calendar year before the one that names it, or end after it.
    if not EARLIEST_YEAR < int(found["year"]) < LATEST_YEAR:
        message = f"{label} lies outside the calendar"
        raise CellError(message, f"years from {EARLIEST_YEAR + 1} to {LATEST_YEAR - 1}")
    return label


def month(cell: Cell) -> str:
    """Read the label of a month."""
    label = period(cell)
    if not LABEL.fullmatch(label)["month"]:  # type: ignore[index]  # period() has matched it
        raise CellError(f"{label} is not a month", "2026-03")
    return label


def _label(cell: Cell) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < LATEST_YEAR else str(cell)
    if isinstance(cell, date):
        return _month_of(cell)
    if not isinstance(cell, str):
        return ""
    written = cell.strip()
    year, day = YEAR_NUMBER.fullmatch(written), ISO_DAY.fullmatch(written)
    if year:
        return year[1]
    return _month_of(_day(day[1])) if day else written


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise CellError(f"{written} is not a day", ACCEPTED) from None


def _month_of(day: date) -> str:
    """Name the month of a day; only the first of a month stands for it, as spreadsheets write."""
    if isinstance(day, datetime) or day.day != 1:
        message = f"the date {day} is not the first of a month"
        raise CellError(message, f"the first day of a month, or {ACCEPTED}")
    return f"{day:%Y-%m}"


def span_of(label: str, first_month: int) -> Span:
    """Return the months of a period, where the fiscal year begins with `first_month`.

    >>> span_of("2026-Q1", 10).first == span_of("2025-10", 10).first
    True
    """
    found = LABEL.fullmatch(label)
    assert found
    year = int(found["year"]) * YEAR_LENGTH
    if found["month"]:
        index = year + int(found["month"]) - 1
        return Span(index, index)
    start = year + first_month - 1 - (YEAR_LENGTH if first_month > 1 else 0)
    if found["quarter"]:
        start += QUARTER_LENGTH * (int(found["quarter"]) - 1)
        return Span(start, start + QUARTER_LENGTH - 1)
    return Span(start, start + YEAR_LENGTH - 1)


def length_of(label: str) -> int:
    """Count the months of a period by its label alone.

    >>> length_of("2026-03"), length_of("2026-Q1"), length_of("2026")
    (1, 3, 12)
    """
    if len(label) == len("2026"):
        return YEAR_LENGTH
    return QUARTER_LENGTH if "Q" in label else MONTH_LENGTH


def first_day(label: str) -> date:
    """Return the first day of a month given by its label."""
    return date(int(label[:4]), int(label[5:7]), 1)
