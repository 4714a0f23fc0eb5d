"""Numbers as people write them; what could be read in two ways is refused, never guessed.

A column settles what its commas and dots mean, so it is read as a whole.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Flag, auto

from kpialign.interchange.cells import Cell, PercentCell, described, refuse_bad
from kpialign.interchange.problems import CellError, shown

ACCEPTED = "1234.5, 1,234.5, 1.234,5 or (1,234)"
FIGURE_DIGITS = 15
LIMIT = Decimal(10) ** 18
SPREADSHEET = Context(prec=FIGURE_DIGITS, rounding=ROUND_HALF_UP)

PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
MISSING = re.compile(r"[ \t\r\n\u00a0]*(?:n/a)?[ \t\r\n\u00a0]*", re.IGNORECASE)
NUMBER = re.compile(
    r"(?P<open>\()?(?P<sign>[+-])?(?P<body>[0-9.,]+)(?P<power>[eE][+-]?[0-9]{1,3})?"
    r"(?P<percent>[ \u00a0]?%)?(?P<close>\))?"
)


class Marks(Flag):
    """What the separators of a number can only mean."""

    NONE = 0
    DOT = auto()
    COMMA = auto()


@dataclass(frozen=True)
class Percent:
    """A number written as a percentage: 12 for `12%`."""

    number: Decimal


Figure = Decimal | Percent | None
SHAPES: tuple[tuple[re.Pattern[str], Marks], ...] = (
    (re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+\.[0-9]+"), Marks.DOT),  # 1,234.5
    (re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3}){2,}"), Marks.DOT),  # 1,234,567
    (re.compile(r"[0-9]*\.(?![0-9]{3}\Z)[0-9]+"), Marks.DOT),  # 1.5
    (re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+,[0-9]+"), Marks.COMMA),  # 1.234,5
    (re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3}){2,}"), Marks.COMMA),  # 1.234.567
    (re.compile(r"[0-9]*,(?![0-9]{3}\Z)[0-9]+"), Marks.COMMA),  # 1,5
    (re.compile(r"[0-9]+"), Marks.NONE),
)
ONE_COMMA = re.compile(r"[0-9]+,[0-9]{3}")
ONE_DOT = re.compile(r"[0-9]+\.[0-9]{3}")
GROUPED = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def column_marks(cells: Sequence[Cell]) -> Marks:
    """Find what the separators of a column mean: dots, commas, both (mixed) or unsettled."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str) and cell]
    if all(PLAIN.fullmatch(one) for one in texts):
        return Marks.NONE
    found = Marks.NONE
    for one in texts:
        match = NUMBER.fullmatch(one)
        if match:
            found |= marks_of(match["body"]) or Marks.NONE
    return found


def marks_of(body: str) -> Marks | None:
    """Find what the separators of one number can only mean; None if it does not settle it."""
    return next((marks for shape, marks in SHAPES if shape.fullmatch(body)), None)


def read_figure(cell: Cell, column: Marks) -> Figure:
    """Read one cell of a column whose separators are known; None is a missing figure.

    >>> read_figure("1.234,5", Marks.COMMA), read_figure("(1,234)", Marks.DOT)
    (Decimal('1234.5'), Decimal('-1234'))
    >>> read_figure("12 %", Marks.NONE), read_figure("n/a", Marks.NONE)
    (Percent(number=Decimal('12')), None)
    """
    refuse_bad(cell)
    if isinstance(cell, str):
        return _from_text(cell, column)
    if isinstance(cell, PercentCell):
        return Percent(_from_float(cell.number).scaleb(2))
    if isinstance(cell, float):
        return _from_float(cell)
    raise CellError(f"{described(cell)} stands where a number belongs", ACCEPTED)


def _from_float(number: float) -> Decimal:
    if number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124, NaN
        raise CellError(f"{number} is not a number", ACCEPTED)
    return Decimal(repr(number))


def _from_text(written: str, column: Marks) -> Figure:
    if MISSING.fullmatch(written):
        return None
    match = NUMBER.fullmatch(written.strip(" \t\r\n\u00a0"))
    if not match or bool(match["open"]) != bool(match["close"]):
        raise CellError(f"{shown(written)} is not a number", ACCEPTED)
    if match["open"] and match["sign"]:
        raise CellError(f"{shown(written)} has parentheses and a sign", ACCEPTED)
    if match["power"] and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", match["body"]):
        raise CellError(f"{shown(written)} is not a number", ACCEPTED)
    number = Decimal(_digits(written, match["body"], column) + (match["power"] or ""))
    if match["open"] or match["sign"] == "-":
        number = -number
    return Percent(number) if match["percent"] else number


def _digits(written: str, body: str, column: Marks) -> str:
    """Bring the digits into the form that Python reads, by what the column settles."""
    if ONE_COMMA.fullmatch(body):
        return _one_comma(written, body, column)
    if ONE_DOT.fullmatch(body) or re.fullmatch(r"[0-9]*\.[0-9]+", body):
        return _one_dot(written, body, column)
    marks = marks_of(body)
    if marks is None:
        raise CellError(f"{shown(written)} is not a number", ACCEPTED)
    if marks == Marks.COMMA:
        return body.replace(".", "").replace(",", ".")
    return body.replace(",", "")


def _one_comma(written: str, body: str, column: Marks) -> str:
    if column == Marks.COMMA:
        return body.replace(",", ".")
    whole = body.replace(",", "")
    if column == Marks.DOT and GROUPED.fullmatch(body):
        return whole
    fraction = body.replace(",", ".")
    message = f"{shown(written)} could be {whole} or {fraction}, and the column does not settle it"
    raise CellError(message, f"{whole} or {fraction}")


def _one_dot(written: str, body: str, column: Marks) -> str:
    if Marks.COMMA not in column:
        return body
    if column == Marks.COMMA and GROUPED.fullmatch(body):
        return body.replace(".", "")
    message = f"{shown(written)} has a decimal point in a column with decimal commas"
    raise CellError(message, "the same decimal mark in the whole column")


def to_fifteen_digits(number: Decimal) -> Decimal:
    """Round to what a spreadsheet and both databases hold, and refuse what they cannot.

    >>> to_fifteen_digits(Decimal("0.30000000000000004"))
    Decimal('0.3')
    """
    rounded = SPREADSHEET.plus(number).normalize(SPREADSHEET)
    if abs(rounded) >= LIMIT:
        raise CellError(f"{shown(number, 30)} is too large", "numbers below 10^18")
    exponent = rounded.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > FIGURE_DIGITS:
        raise CellError(
            f"{shown(number, 30)} has more than 15 decimals once rounded to 15 digits",
            "at most 15 decimals",
        )
    return rounded + 0  # no negative zero
