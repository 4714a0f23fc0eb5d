"""Numbers and days in the style of whoever asks; files, commands and the API know but one style."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache

from babel.dates import format_date
from babel.numbers import get_decimal_symbol, get_group_symbol

WORDS = "en"  # the language of the pages, whatever their numbers look like
PATTERNS = {"words": "d MMM y", "iso": "y-MM-dd", "dots": "dd.MM.y", "us": "MM/dd/y"}


@dataclass(frozen=True)
class Style:
    """How one person wants numbers (the locale that writes them so) and days."""

    numbers: str = "en"
    dates: str = "words"

    @property
    def decimal_mark(self) -> str:
        """What stands before the decimals."""
        return _decimal_mark(self.numbers)

    @property
    def thousands_mark(self) -> str:
        """What stands between thousands."""
        return _thousands_mark(self.numbers)


# Style itself, called, makes the plain one.
_found: ContextVar[Callable[[], Style]] = ContextVar("style", default=Style)
_zone: ContextVar[Callable[[], tzinfo]] = ContextVar("zone", default=lambda: UTC)


def current_style() -> Style:
    """Return the style of the request that is being answered; outside of one, the plain style."""
    return _found.get()()


@contextmanager
def styled(find: Callable[[], Style], zone: Callable[[], tzinfo] = lambda: UTC) -> Iterator[None]:
    """Write in this style and time zone inside; each is found out once, and only if needed."""
    style_token, zone_token = _found.set(cache(find)), _zone.set(cache(zone))
    try:
        yield
    finally:
        _found.reset(style_token)
        _zone.reset(zone_token)


def exact(value: Decimal, style: Style | None = None) -> str:
    """Write a number with every digit it has: thousands apart, no zeros behind.

    >>> exact(Decimal("4695000.500"), Style("de"))
    '4.695.000,5'
    """
    shown = f"{value:,f}"
    plain = shown.rstrip("0").rstrip(".") if "." in shown else shown
    marks = style or current_style()
    return plain.translate({ord(","): marks.thousands_mark, ord("."): marks.decimal_mark})


def day(value: date) -> str:
    """Write a day.

    >>> day(date(2026, 3, 31))
    '31 Mar 2026'
    >>> with styled(lambda: Style(dates="us")):
    ...     day(date(2026, 3, 31))
    '03/31/2026'
    """
    return format_date(value, PATTERNS[current_style().dates], locale=WORDS)


def moment(value: datetime, zone: tzinfo | None = None, *, seconds: bool = False) -> str:
    """Write a day and the time of it, by itself in the time zone of the request.

    >>> moment(datetime(2026, 3, 31, 12, 2, tzinfo=UTC))
    '31 Mar 2026 12:02'
    """
    there = value.astimezone(zone or _zone.get()())
    return f"{day(there)} {there:%H:%M:%S}" if seconds else f"{day(there)} {there:%H:%M}"


@cache
def _decimal_mark(locale: str) -> str:
    return get_decimal_symbol(locale)


@cache
def _thousands_mark(locale: str) -> str:
    return get_group_symbol(locale)
