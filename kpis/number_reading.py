"""Read a figure as a person types it, and show it the way it is typed."""

import re
from decimal import ROUND_HALF_UP, Decimal

SIGNIFICANT_DIGITS = 15
MOST_PLACES = 15
TOO_LARGE = Decimal(10) ** 18
MISSING = frozenset({"", "-", "\u2013", "n/a", "na", "n.a."})
SPACES = "\u00a0\u202f '\u2019"
ACCEPTED = "Write a number such as 1,234.5 or (1,234) for minus; leave it empty if there is none."
# One kind of thousands separator, in threes, and at most one decimal separator.
ENGLISH = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+", re.ASCII)
CONTINENTAL = re.compile(
    r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d+,\d+", re.ASCII
)


class UnreadableNumberError(ValueError):
    """What was typed is no number; the message says what is accepted."""


def read_figure(text: str, *, unit: str = "") -> Decimal | None:
    """Return the number that a person typed, None where they say there is none.

    A single comma before exactly three digits is read as a thousands separator, as English
    does, and shown back as read. Raises UnreadableNumberError.

    >>> read_figure("1,234.5"), read_figure("1.234,5"), read_figure("(1 234)"), read_figure("n/a")
    (Decimal('1234.5'), Decimal('1234.5'), Decimal('-1234'), None)
    >>> read_figure("12%", unit="%"), read_figure("5-"), read_figure("3,5")
    (Decimal('12'), Decimal('-5'), Decimal('3.5'))
    """
    stripped = text.strip()
    if stripped.lower() in MISSING:
        return None
    digits, is_negative = _sign(_without_percent(stripped, unit))
    digits = digits.translate({ord(space): None for space in SPACES})
    if ENGLISH.fullmatch(digits):
        plain = digits.replace(",", "")
    elif CONTINENTAL.fullmatch(digits):
        plain = digits.replace(".", "").replace(",", ".")
    else:
        message = f"“{stripped[:40]}” is not a number. {ACCEPTED}"
        raise UnreadableNumberError(message)
    value = Decimal(plain)
    return _within_limits(-value if is_negative else value)


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


def typed(value: Decimal | None) -> str:
    """Show a figure in full, as it would be typed: thousands with commas, no zeros behind.

    >>> typed(Decimal("4695000000.500")), typed(Decimal("-0.5")), typed(None)
    ('4,695,000,000.5', '-0.5', '')
    """
    if value is None:
        return ""
    shown = f"{value:,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
