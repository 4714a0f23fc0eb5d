"""Read a figure as a person types it, and show it the way it is typed."""

import re
from decimal import ROUND_HALF_UP, Decimal

from kpialign.styles import Style, current_style, exact

SIGNIFICANT_DIGITS = 15
MOST_PLACES = 15
TOO_LARGE = Decimal(10) ** 18
MISSING = frozenset({"", "-", "\u2013", "n/a", "na", "n.a."})
SPACES = "\u00a0\u202f '\u2019"
ACCEPTED = "Write a number such as {} or ({}) for minus; leave it empty if there is none."
# A whole number in threes, or three decimals: only the person's own style can tell.
EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
# One kind of thousands separator, in threes, and at most one decimal separator.
ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+", re.ASCII)
CONTINENTAL = re.compile(
    r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d+,\d+", re.ASCII
)


class UnreadableNumberError(ValueError):
    """What was typed is no number; the message says what is accepted."""


def read_figure(text: str, *, unit: str = "", style: Style | None = None) -> Decimal | None:
    """Return the number that a person typed, None where they say there is none.

    A single separator before exactly three digits is read as the person's style has it (by
    itself: of whoever asks), and shown back as read. Raises UnreadableNumberError.

    >>> read_figure("1,234.5"), read_figure("1.234,5"), read_figure("(1 234)"), read_figure("n/a")
    (Decimal('1234.5'), Decimal('1234.5'), Decimal('-1234'), None)
    >>> read_figure("12%", unit="%"), read_figure("5-"), read_figure("3,5")
    (Decimal('12'), Decimal('-5'), Decimal('3.5'))
    >>> [read_figure(text, style=Style("de")) for text in ("1.234", "1,234", "0.123", "1,234.5")]
    [Decimal('1234'), Decimal('1.234'), Decimal('0.123'), Decimal('1234.5')]
    """
    stripped = text.strip()
    if stripped.lower() in MISSING:
        return None
    digits, is_negative = _sign(_without_percent(stripped, unit))
    digits = digits.translate({ord(space): None for space in SPACES})
    marks = style or current_style()
    plain = _plain(digits, marks.decimal_mark)
    if plain is None:
        examples = (typed(Decimal(example), marks) for example in ("1234.5", "1234"))
        message = f"“{stripped[:40]}” is not a number. {ACCEPTED.format(*examples)}"
        raise UnreadableNumberError(message)
    value = Decimal(plain)
    return _within_limits(-value if is_negative else value)


def _plain(digits: str, decimal_mark: str) -> str | None:
    """Write the digits as Python reads them; None if they are no number."""
    if EITHER.fullmatch(digits):
        thousands_mark = "." if decimal_mark == "," else ","
        return digits.replace(thousands_mark, "").replace(decimal_mark, ".")
    if ENGLISH.fullmatch(digits) and not digits.startswith("0,"):
        return digits.replace(",", "")
    if CONTINENTAL.fullmatch(digits):
        return digits.replace(".", "").replace(",", ".")
    return None


def _without_percent(text: str, unit: str) -> str:
    if not text.endswith("%"):
        return text
    if "%" not in unit:
        message = f"A percent sign does not fit a figure in {unit or 'plain numbers'}."
        raise UnreadableNumberError(message)
    return text[:-1].rstrip()


def _sign(text: str) -> tuple[str, bool]:
    """Take the sign off: a minus before or behind, or parentheses around."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    for minus in ("-", "\u2212"):
        if text.startswith(minus):
            return text[1:].strip(), True
        if text.endswith(minus):
            return text[:-1].strip(), True
    return text.removeprefix("+"), False


def _within_limits(value: Decimal) -> Decimal:
    """Round to 15 significant digits, as a spreadsheet does, and refuse what cannot be kept."""
    rounded = value
    if len(value.as_tuple().digits) > SIGNIFICANT_DIGITS and value:
        last_place = Decimal(1).scaleb(value.adjusted() - SIGNIFICANT_DIGITS + 1)
        rounded = (value / last_place).quantize(Decimal(1), ROUND_HALF_UP) * last_place
    if abs(rounded) >= TOO_LARGE:
        message = "A figure must be below 1,000,000,000,000,000,000."
        raise UnreadableNumberError(message)
    exponent = rounded.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -MOST_PLACES:
        message = f"A figure has at most {MOST_PLACES} decimals."
        raise UnreadableNumberError(message)
    return rounded


def typed(value: Decimal | None, style: Style | None = None) -> str:
    """Show a figure in full, as it would be typed: thousands apart, no zeros behind.

    >>> typed(Decimal("4695000000.500")), typed(Decimal("-0.5")), typed(None)
    ('4,695,000,000.5', '-0.5', '')
    >>> typed(Decimal("4695000.5"), Style("de"))
    '4.695.000,5'
    """
    return "" if value is None else exact(value, style)
