"""Numbers as people read them: the one place that rounds, signs, scales and names units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import cache
from math import floor, isnan, log10

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, parse_pattern

from kpialign import styles

MINUS = "\u2212"
UNKNOWN = "\u2013"
TIMES = "\u00d7"
MOST_DIGITS = 4  # significant ones on a dashboard
DEFAULT_DECIMALS = 1
SPOKEN = {"d": "days"}
NOTHING = 1e-9  # a difference below it is noise of floating point
NEARLY_ALL, ALL = 99, 100
LARGEST = 1e16  # what is beyond is written with an exponent
SCALES = ((1e9, " bn", 1e11), (1e6, " m", 1e7), (1e3, " k", 1e5))


@dataclass(frozen=True)
class Unit:
    """How the figures of one KPI are written: suffix, decimals, and money's scale."""

    suffix: str = ""
    decimals: int = DEFAULT_DECIMALS
    divisor: float = 1.0

    @property
    def difference(self) -> str:
        """The unit of a difference: percentage points for percentages."""
        return "pp" if self.suffix == "%" else self.suffix


@dataclass(frozen=True)
class Figure:
    """A number as shown, its unit, and the full figure for whoever points at it."""

    text: str
    unit: str = ""
    full: str = ""

    @property
    def is_unknown(self) -> bool:
        """Whether there is no number."""
        return self.text == UNKNOWN

    def __str__(self) -> str:
        return f"{self.text}\u00a0{self.unit}" if self.unit and not self.is_unknown else self.text


def number(value: float, decimals: int, *, signed: bool = False) -> str:
    """Write a number with so many decimals, as the person who asks writes it; unknown is a dash.

    >>> number(1234.56, 1), number(18.6, 1, signed=True), number(0.0, 1, signed=True)
    ('1,234.6', '+18.6', '0.0')
    """
    if isnan(value):
        return UNKNOWN
    if abs(value) >= LARGEST:
        return f"{value:.4g}"
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(repr(value)).quantize(step, rounding=ROUND_HALF_UP)
    locale = _locale(styles.current_style().numbers)
    text: str = _pattern(decimals).apply(abs(rounded), locale, decimal_quantization=False)
    if rounded < 0:
        return MINUS + text
    return f"+{text}" if signed and rounded > 0 else text


def full(value: float) -> str:
    """Write a number with all its digits, for hover and files.

    >>> full(222.10487364), full(1e15)
    ('222.10487364', '1,000,000,000,000,000')
    """
    if isnan(value):
        return UNKNOWN
    exact = Decimal(f"{value:.15g}")
    if abs(exact) >= LARGEST:
        return f"{value:.4g}"
    exponent = exact.normalize().as_tuple().exponent
    return number(value, max(0, -exponent) if isinstance(exponent, int) else 0)


def unit_of(
    unit: str, decimals: int | None, *, currency: str, amounts: Iterable[float] = ()
) -> Unit:
    """Say how a KPI's figures are written; money is scaled by the largest amount shown.

    >>> unit_of("money", 0, currency="USD", amounts=[4_825_000_000.0, 638_000_000.0])
    Unit(suffix='USD m', decimals=0, divisor=1000000.0)
    >>> unit_of("days", None, currency="USD").suffix
    'd'
    """
    kept = DEFAULT_DECIMALS if decimals is None else decimals
    if unit != "money":
        return Unit("d" if unit == "days" else unit, kept)
    largest = max((abs(amount) for amount in amounts if not isnan(amount)), default=0.0)
    for divisor, name, least in SCALES:
        if largest >= least:
            return Unit(currency + name, min(kept, 1) if largest < divisor * 100 else 0, divisor)
    return Unit(currency, kept)


def figure(value: float, unit: Unit, *, signed: bool = False) -> Figure:
    r"""Write a KPI's figure, at most four significant digits unless they are before the point.

    >>> str(figure(222.1049, Unit("d", 1))), str(figure(4.825e9, Unit("USD m", 0, 1e6)))
    ('222.1\xa0d', '4,825\xa0USD m')
    """
    if isnan(value):
        return Figure(UNKNOWN)
    scaled = value / unit.divisor
    text = number(scaled, _decimals(scaled, unit.decimals), signed=signed)
    return Figure(text, unit.suffix, full(value))


def difference(value: float, unit: Unit) -> Figure:
    """Write a difference with its sign; one that is not zero never looks like zero.

    >>> difference(0.5, Unit("%", 1)).text, difference(0.04, Unit("d", 1)).text
    ('+0.5', '+0.04')
    """
    if isnan(value):
        return Figure(UNKNOWN)
    scaled = value / unit.divisor
    decimals = _decimals(scaled, unit.decimals)
    if scaled and abs(scaled) < 0.5 * 10**-decimals:
        decimals = min(-floor(log10(abs(scaled))), 12)
    if scaled and abs(scaled) < NOTHING:
        scaled, decimals = 0.0, unit.decimals
    return Figure(number(scaled, decimals, signed=True), unit.difference, full(value))


def spoken(figure: Figure) -> str:
    r"""Write a figure as a sentence says it: short units as words.

    >>> spoken(Figure("19.2", "d")), spoken(Figure("4,825", "USD m"))
    ('19.2\xa0days', '4,825\xa0USD m')
    """
    unit = SPOKEN.get(figure.unit, figure.unit)
    return str(Figure(figure.text, unit))


def score(value: float, thresholds: Iterable[float] = ()) -> str:
    """Write a score with one decimal, never rounded up to a threshold it has not reached.

    >>> score(89.96, [90, 70]), score(89.94, [90, 70]), score(90.0, [90])
    ('89.9', '89.9', '90.0')
    """
    if isnan(value):
        return UNKNOWN
    known = round(value, 9)
    exact = Decimal(repr(known))
    rounded = exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    if any(exact < Decimal(repr(limit)) <= rounded for limit in thresholds):
        rounded = exact.quantize(Decimal("0.1"), rounding=ROUND_FLOOR)
    return number(float(rounded), 1)


def share(value: float) -> str:
    r"""Write a share in whole per cent; a part is never shown as nothing or as all.

    >>> share(0.996), share(1.0), share(0.003), share(0.25)
    ('99\xa0%', '100\xa0%', '<\xa01\xa0%', '25\xa0%')
    """
    if isnan(value):
        return UNKNOWN
    percent = round(value * 100, 9)
    if 0 < percent < 1:
        return "<\u00a01\u00a0%"
    whole = floor(percent) if NEARLY_ALL < percent < ALL else percent
    return f"{number(whole, 0)}\u00a0%"


def points(value: float) -> str:
    """Write points of a score with one decimal."""
    return number(value, 1)


def day(value: date) -> str:
    """Write a date.

    >>> day(date(2026, 3, 31))
    '31 Mar 2026'
    """
    return styles.day(value)


def period(kind: str, label: str, start_on: date) -> str:
    """Write a period; fiscal quarters and years carry FY.

    >>> period("quarter", "2026-Q1", date(2026, 1, 1)), period("month", "2026-03", date(2026, 3, 1))
    ('Q1 FY26', 'Mar 2026')
    >>> period("year", "2026", date(2026, 1, 1))
    'FY26'
    """
    if kind == "month":
        return format_date(start_on, "MMM y", locale=styles.WORDS)
    year, _, quarter = label.partition("-")
    return f"{quarter} FY{year[-2:]}" if quarter else f"FY{year[-2:]}"


@cache
def _pattern(decimals: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


def _decimals(value: float, wanted: int) -> int:
    before = floor(log10(abs(value))) + 1 if abs(value) >= 1 else 1
    return max(0, min(wanted, MOST_DIGITS - before))
