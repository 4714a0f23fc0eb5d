"""Periods of a fiscal calendar as plain numbers; months count from the start of year 0."""

import datetime as dt
import re
from dataclasses import dataclass

MONTH, QUARTER, YEAR = 1, 3, 12
LENGTHS = (MONTH, QUARTER, YEAR)
LENGTH_OF_FREQUENCY = {"monthly": MONTH, "quarterly": QUARTER, "annual": YEAR}


@dataclass(frozen=True, order=True)
class Period:
    """The `index`-th month, quarter or fiscal year; `length` is its number of months."""

    length: int
    index: int

    @property
    def months(self) -> range:
        """The months inside."""
        return range(self.index * self.length, (self.index + 1) * self.length)

    @property
    def first(self) -> int:
        """The first month."""
        return self.index * self.length

    @property
    def last(self) -> int:
        """The last month."""
        return (self.index + 1) * self.length - 1

    def inner(self, length: int) -> list["Period"]:
        """The shorter periods inside (itself, if the length is its own)."""
        return [Period(length, i) for i in range(self.first // length, (self.last + 1) // length)]

    def around(self, length: int) -> "Period":
        """The longer period this one lies in."""
        return Period(length, self.first // length)

    def back(self, steps: int) -> "Period":
        """The period of the same length so many steps earlier."""
        return Period(self.length, self.index - steps)


@dataclass(frozen=True)
class Fiscal:
    """A calendar whose fiscal years begin in `first_month` and are named by their last month."""

    first_month: int

    def month(self, year: int, month: int) -> int:
        """The number of a calendar month."""
        named_later = 12 if self.first_month > 1 else 0
        return year * 12 + (month - 1) - (self.first_month - 1) + named_later

    def calendar_month(self, number: int) -> tuple[int, int]:
        """The calendar year and month of a month's number."""
        named_later = 12 if self.first_month > 1 else 0
        plain = number + (self.first_month - 1) - named_later
        return plain // 12, plain % 12 + 1

    def first_day(self, number: int) -> dt.date:
        """The first day of a month."""
        year, month = self.calendar_month(number)
        return dt.date(year, month, 1)

    def days(self, number: int) -> int:
        """How many days a month has."""
        return (self.first_day(number + 1) - self.first_day(number)).days

    def parse(self, label: str) -> Period:
        """Read `2026-03`, `2026-Q1` or `2026`."""
        if found := re.fullmatch(r"(\d{4})-Q([1-4])", label):
            return Period(QUARTER, int(found[1]) * 4 + int(found[2]) - 1)
        if found := re.fullmatch(r"(\d{4})-(\d{2})", label):
            return Period(MONTH, self.month(int(found[1]), int(found[2])))
        return Period(YEAR, int(label))

    def label(self, period: Period) -> str:
        """Write a period as the files do."""
        if period.length == MONTH:
            return "{:04d}-{:02d}".format(*self.calendar_month(period.index))
        if period.length == QUARTER:
            return f"{period.index // 4:04d}-Q{period.index % 4 + 1}"
        return f"{period.index:04d}"
