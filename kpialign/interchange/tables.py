"""From the cells of a sheet to typed rows, with every cell that does not fit named."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from kpialign.interchange import figures
from kpialign.interchange.cells import Cell, Reader, described
from kpialign.interchange.figures import Figure, Percent
from kpialign.interchange.problems import CellError, Report
from kpialign.interchange.sheets import Column, Sheet

EMPTY = CellError("is empty", "a value")


@dataclass
class RawTable:
    """The cells of one sheet by column, without its blank rows."""

    sheet: Sheet
    numbers: list[int] = field(default_factory=list)
    cells: dict[str, list[Cell]] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """The typed rows of one sheet; a cell that did not fit holds its default, its row is broken."""

    sheet: Sheet
    numbers: Sequence[int]
    rows: Sequence[Any]
    present: frozenset[str]
    broken: frozenset[int] = frozenset()

    @property
    def absent(self) -> list[str]:
        """List the columns that the file does not have: they leave what is there."""
        return [c.name for c in self.sheet.columns if c.name not in self.present]


class TableBuilder:
    """Collects a sheet's rows beneath its header, and reports what the header lacks."""

    def __init__(self, sheet: Sheet, header: Sequence[Cell], report: Report) -> None:
        """Find the columns of the header."""
        self.table = RawTable(sheet)
        self.width = len(header)
        self._report = report
        self._places: list[tuple[int, list[Cell]]] = []
        self._unnamed: set[int] = set()
        for place, cell in enumerate(header):
            self._find(place, cell)
        for column in sheet.columns:
            if column.required and column.name not in self.table.cells:
                words = ", ".join(one.name for one in sheet.columns)
                report.error(sheet.name, 1, column.name, "the column is missing", words)

    def _find(self, place: int, cell: Cell) -> None:
        sheet = self.table.sheet
        if isinstance(cell, str) and not cell.strip():
            self._unnamed.add(place)
            return
        column = sheet.column(cell) if isinstance(cell, str) else None
        if column is None:
            words = ", ".join(one.name for one in sheet.columns)
            told = f"the unknown column {described(cell)} is left out"
            self._report.warn(sheet.name, 1, f"column {place + 1}", told, words)
        elif column.name in self.table.cells:
            self._report.error(sheet.name, 1, column.name, "the column stands twice", "once")
        else:
            self.table.cells[column.name] = []
            self._places.append((place, self.table.cells[column.name]))

    def add(self, first: int, rows: Sequence[Sequence[Cell]]) -> None:
        """Add consecutive rows of the header's width, the first with this number."""
        filled = [any(row) or 0.0 in row for row in rows]
        numbers: Iterable[int] = range(first, first + len(rows))
        if not all(filled):
            rows = [row for row, keeps in zip(rows, filled, strict=True) if keeps]
            numbers = [n for n, keeps in zip(numbers, filled, strict=True) if keeps]
        self.table.numbers.extend(numbers)
        for place, collected in self._places:
            collected.extend([row[place] for row in rows])
        for place in sorted(self._unnamed):
            self._tell_unnamed(place, first, rows)

    def _tell_unnamed(self, place: int, first: int, rows: Sequence[Sequence[Cell]]) -> None:
        if any(row[place] for row in rows):
            told = "the column has no header and is left out"
            self._report.warn(self.table.sheet.name, first, f"column {place + 1}", told, "a header")
            self._unnamed.discard(place)


def typed(raw: RawTable, report: Report) -> Table:
    """Read every column of a table."""
    broken: set[int] = set()
    columns: list[list[Any]] = []
    for column in raw.sheet.columns:
        if column.name in raw.cells:
            columns.append(_read(raw, column, report, broken))
        else:
            columns.append([column.default] * len(raw.numbers))
    rows = list(map(raw.sheet.row._make, zip(*columns, strict=True)))
    return Table(raw.sheet, raw.numbers, rows, frozenset(raw.cells), frozenset(broken))


def _read(raw: RawTable, column: Column, report: Report, broken: set[int]) -> list[Any]:
    """Read one column: each distinct cell once, for columns are long and say the same often."""
    held = raw.cells[column.name]
    rounded: set[Cell] = set()
    read: Reader = column.reader
    if column.is_figure:
        read = partial(_figure, marks=figures.column_marks(held), rounded=rounded)
    known = {cell: _outcome(cell, column, read) for cell in set(held)}
    values = [known[cell] for cell in held]
    if any(isinstance(value, CellError) for value in known.values()):
        _tell_errors(raw, column, values, report, broken)
    for index, cell in enumerate(held if rounded else ()):
        if cell in rounded:
            told = f"{described(cell)} is rounded to 15 significant digits"
            report.warn(raw.sheet.name, raw.numbers[index], column.name, told)
    return values


def _outcome(cell: Cell, column: Column, read: Reader) -> object:
    """Read a cell: its value, or the error that it is."""
    blank = isinstance(cell, str) and (not cell or (cell.isspace() and not column.is_text))
    try:
        value = column.default if blank else read(cell)
    except CellError as error:
        return error
    if column.required and not column.may_be_empty and value in ("", None):
        return EMPTY
    return value


def _tell_errors(
    raw: RawTable, column: Column, values: list[Any], report: Report, broken: set[int]
) -> None:
    """Report the cells that do not fit, and put the default in their place."""
    for index, value in enumerate(values):
        if isinstance(value, CellError):
            row = raw.numbers[index]
            report.error(raw.sheet.name, row, column.name, value.wrong, value.accepted)
            broken.add(index)
            values[index] = column.default


def _figure(cell: Cell, *, marks: figures.Marks, rounded: set[Cell]) -> Figure:
    """Read a number, rounded to 15 significant digits; note the cell if that changed it."""
    is_short = isinstance(cell, str) and len(cell) <= figures.FIGURE_DIGITS
    if is_short and figures.Marks.COMMA not in marks and figures.PLAIN.fullmatch(str(cell)):
        return Decimal(str(cell)) + 0
    value = figures.read_figure(cell, marks)
    if value is None:
        return None
    number = value.number if isinstance(value, Percent) else value
    kept = figures.to_fifteen_digits(number)
    if kept != number and not (isinstance(cell, float) and float(kept) == cell):
        rounded.add(cell)
    return Percent(kept) if isinstance(value, Percent) else kept
