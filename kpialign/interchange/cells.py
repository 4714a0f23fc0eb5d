"""What a cell of a file can be, and how each kind of column reads one.

A cell is text, a number (float), a date, or one of the marks below; an empty one is "".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from kpialign.interchange.problems import CellError, shown

MOST_CHARACTERS = 32_767  # what a cell of a workbook can hold
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
CURRENCY = re.compile(r"[A-Z]{3}")
CODE_WORDS = "1 to 64 of A-Z a-z 0-9 . - _"
MOST_WHOLE = 10**15


@dataclass(frozen=True)
class Flag:
    """A cell that is TRUE or FALSE in a workbook."""

    on: bool


@dataclass(frozen=True)
class PercentCell:
    """A number that a workbook shows as a percentage: 0.12 is shown as 12 %."""

    number: float


@dataclass(frozen=True)
class BadCell:
    """A cell that must not be read: an error value, a formula without a stored value."""

    wrong: str
    accepted: str


Cell = str | float | date | Flag | PercentCell | BadCell
Reader = Callable[[Cell], Any]


def refuse_bad(cell: Cell) -> None:
    """Refuse a cell that holds no value at all."""
    if isinstance(cell, BadCell):
        raise CellError(cell.wrong, cell.accepted)


def described(cell: Cell) -> str:
    """Say what a cell is, for a message."""
    if isinstance(cell, str):
        return shown(cell)
    if isinstance(cell, BadCell):
        return f"({cell.wrong})"
    if isinstance(cell, Flag):
        return "a cell that is TRUE or FALSE"
    if isinstance(cell, date):
        return f"a date cell ({cell})"
    number = cell.number if isinstance(cell, PercentCell) else cell
    return f"a number cell ({number})"


def code(cell: Cell) -> str:
    """Read a code; a number or date cell is refused, a spreadsheet has already changed it.

    >>> code(" 5-k.x ")
    '5-k.x'
    """
    refuse_bad(cell)
    if not isinstance(cell, str):
        message = f"{described(cell)} stands where a code belongs, and may have been changed"
        raise CellError(message, "a text cell")
    stripped = cell.strip()
    if not CODE.fullmatch(stripped):
        raise CellError(f"{shown(cell)} is not a code", CODE_WORDS)
    return stripped


def codes(cell: Cell) -> tuple[str, ...]:
    """Read codes separated by spaces, in the order of the alphabet, each once."""
    refuse_bad(cell)
    if not isinstance(cell, str):
        raise CellError(f"{described(cell)} stands where codes belong", "a text cell")
    return tuple(sorted({code(part) for part in cell.split()}))


@dataclass(frozen=True)
class Text:
    """The reader of a text of so many characters at most, kept as it is."""

    most: int = MOST_CHARACTERS

    def __call__(self, cell: Cell) -> str:
        """Read the text; a control character could not be stored or written again."""
        refuse_bad(cell)
        written = _text_of(cell)
        found = FORBIDDEN.search(written)
        if found:
            message = f"holds the control character U+{ord(found[0]):04X}"
            raise CellError(message, "text without control characters")
        if len(written) > self.most:
            raise CellError(f"has {len(written):,} characters", f"at most {self.most:,}")
        return written


def _text_of(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < MOST_WHOLE:
        return str(int(cell))
    raise CellError(f"{described(cell)} stands where text belongs", "a text cell")


def name(cell: Cell) -> str:
    """Read a name: at most 200 characters, not blank."""
    written = Text(200)(cell)
    if not written.strip():
        raise CellError("is blank", "a name")
    return written


@dataclass(frozen=True)
class Choice:
    """The reader of one of some words; those that come later are refused with a reason."""

    accepted: tuple[str, ...]
    later: tuple[tuple[str, str], ...] = ()

    def __call__(self, cell: Cell) -> str:
        """Read the word, whatever its case."""
        refuse_bad(cell)
        written = cell.strip().casefold() if isinstance(cell, str) else described(cell)
        if written in self.accepted:
            return written
        told = dict(self.later).get(written, f"{shown(written)} is none of them")
        raise CellError(told, ", ".join(self.accepted))


def choice(*accepted: str, **later: str) -> Choice:
    """Make the reader of one of some words; `later` are words with the reason against them."""
    return Choice(accepted, tuple(later.items()))


YES_NO = choice("yes", "no")


def yes_no(cell: Cell) -> bool:
    """Read yes or no; TRUE and FALSE of a workbook are that too."""
    if isinstance(cell, Flag):
        return cell.on
    return YES_NO(cell) == "yes"


def email(cell: Cell) -> str:
    """Read an email address, in lower case as people sign in with it."""
    refuse_bad(cell)
    written = cell.strip().lower() if isinstance(cell, str) else ""
    try:
        validate_email(written)
    except ValidationError:
        raise CellError(f"{described(cell)} is not an email address", "name@example.com") from None
    if len(written) > 254:  # noqa: PLR2004, the longest address there is
        raise CellError(f"has {len(written)} characters", "at most 254")
    return written


def currency(cell: Cell) -> str:
    """Read a currency's three letters."""
    refuse_bad(cell)
    if isinstance(cell, str) and CURRENCY.fullmatch(cell.strip()):
        return cell.strip()
    raise CellError(f"{described(cell)} is not a currency", "three letters, such as EUR")


@dataclass(frozen=True)
class Whole:
    """The reader of a whole number between two others."""

    least: int
    most: int

    @property
    def accepted(self) -> str:
        """Say which numbers are taken."""
        return f"a whole number from {self.least} to {self.most}"

    def __call__(self, cell: Cell) -> int:
        """Read the number; one without a fraction may have a decimal point."""
        refuse_bad(cell)
        written = str(cell).strip() if isinstance(cell, str | float) else ""
        found = re.fullmatch(r"([0-9]{1,15})(?:\.0+)?", written)
        if not found or not self.least <= int(found[1]) <= self.most:
            raise CellError(f"{described(cell)} does not fit", self.accepted)
        return int(found[1])


def whole(least: int, most: int) -> Whole:
    """Make the reader of a whole number between two others."""
    return Whole(least, most)
