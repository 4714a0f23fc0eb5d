"""Write rows to a workbook or to CSV, so that no text is calculated and no digit is lost."""

import csv
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from kpialign.errors import RefusedError
from kpialign.interchange.sheets import Sheet

Sheets = Sequence[tuple[Sheet, Iterable[Any]]]
STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "'")
MOST_ROWS = 1_048_575  # a workbook's, without the header
# How a workbook writes a character that XML would lose, and the texts that look like that.
LOST_IN_XML = re.compile(r"\r|_(?=x[0-9A-Fa-f]{4}_)")
LOST_AMONG_BLANKS = re.compile(r"[ \t\n\r]")  # of a text that is nothing but blanks


def written(value: object) -> str | Decimal:
    """Give a value as it stands in a file: a number, or text.

    >>> written(("A", "B")), written(True), written(None), written(Decimal("1.500"))
    ('A B', 'yes', '', Decimal('1.500'))
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, tuple):
        return " ".join(value)
    return value if isinstance(value, Decimal) else str(value)


def digits(number: Decimal) -> str:
    """Write a number in full, without an exponent and without zeros that say nothing.

    >>> digits(Decimal("-1.50")), digits(Decimal("1E+3"))
    ('-1.5', '1000')
    """
    whole = f"{number:f}"
    return whole.rstrip("0").rstrip(".") if "." in whole else whole


def write_folder(folder: Path, sheets: Sheets) -> int:
    """Write a CSV file for each sheet; return how many rows there are."""
    count = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for sheet, rows in sheets:
            path = folder / f"{sheet.name}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(column.name for column in sheet.columns)
                for row in rows:
                    writer.writerow([csv_cell(value) for value in row])
                    count += 1
    except OSError as error:
        raise RefusedError(f"{folder} cannot be written: {error.strerror}.") from None
    return count


def csv_cell(value: object) -> str:
    """Write a value for a text file: numbers as such, no text so that it is calculated."""
    cell = written(value)
    if isinstance(cell, Decimal):
        return digits(cell)
    return f"'{cell}" if cell.startswith(STARTS_OF_FORMULAS) else cell


def write_workbook(path: Path, sheets: Sheets) -> int:
    """Write a sheet for each; return how many rows there are."""
    book = Workbook(write_only=True)
    try:
        count = _fill(book, sheets)
        book.save(path)
    except OSError as error:
        raise RefusedError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        _close(book)
    return count


def _fill(book: Workbook, sheets: Sheets) -> int:
    count = 0
    for sheet, rows in sheets:
        page = book.create_sheet(sheet.name)
        page.append([column.name for column in sheet.columns])
        for number, row in enumerate(rows, start=1):
            if number > MOST_ROWS:
                message = f"{sheet.name} has more rows than a workbook holds; export to a folder."
                raise RefusedError(message)
            page.append([_workbook_cell(page, value) for value in row])
            count += 1
    return count


def _close(book: Workbook) -> None:
    """Close the sheets that were not saved: left open, each ends in a trace on the screen."""
    for page in book.worksheets:
        if not page.closed:
            page.close()


def _workbook_cell(page: Any, value: object) -> Any:  # noqa: ANN401, openpyxl's own kinds
    cell = written(value)
    if isinstance(cell, Decimal):
        number = float(cell)
        # The library writes 16 digits: what they do not hold is written as text.
        if float(f"{number:.16g}") == number and Decimal(repr(number)) == cell:
            return number
        cell = digits(cell)
    return _text_cell(page, cell) if cell else None


def _text_cell(page: Any, text: str) -> WriteOnlyCell:  # noqa: ANN401, openpyxl's own kind
    """Make a cell that is text, whatever it begins with."""
    cell = WriteOnlyCell(page)
    lost = LOST_IN_XML if text.strip() else LOST_AMONG_BLANKS
    cell._value = lost.sub(_escaped, text)  # noqa: SLF001, its setter guesses kinds
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


def _escaped(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"
