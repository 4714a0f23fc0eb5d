"""Read one sheet from UTF-8 text with commas, row by row, whatever hides in the file."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import TextIOWrapper
from itertools import islice
from typing import BinaryIO

from kpialign.interchange.cells import Cell
from kpialign.interchange.problems import Report
from kpialign.interchange.sheets import Sheet
from kpialign.interchange.tables import RawTable, TableBuilder

Opener = Callable[[], BinaryIO]

ACCEPTED = "UTF-8 text, columns separated by commas, texts in double quotes"
LONGEST_LINE = 1_000_000
MOST_ROWS = 8_000_000  # a third more than the largest cascade that is spoken of
BATCH = 5_000
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


class _TextError(ValueError):
    """A line that no text with commas can have."""


def read_delimited(open_file: Opener, sheet: Sheet, report: Report) -> RawTable | None:
    """Read the file's rows; None, with the reason reported, if it is no such text."""
    reading = _Reading(sheet, report)
    try:
        with open_file() as binary:
            _refuse_wide(binary.read(2))
        with open_file() as binary:
            return reading.table(binary)
    except UnicodeDecodeError:
        row, byte = _first_strange_line(open_file)
        told = f"the byte 0x{byte:02X} is not UTF-8, the file has another encoding"
        report.error(sheet.name, row, "-", told, ACCEPTED)
    except (_TextError, csv.Error) as error:
        report.error(sheet.name, reading.done + 1, "-", f"near here, {error}", ACCEPTED)
    return None


def _refuse_wide(mark: bytes) -> None:
    if mark in WIDE_MARKS:
        raise _TextError("the file is UTF-16")


class _Reading:
    """One file being read, and how many of its rows have come."""

    def __init__(self, sheet: Sheet, report: Report) -> None:
        self.done = 0
        self._sheet = sheet
        self._report = report

    def table(self, binary: BinaryIO) -> RawTable | None:
        """Read header and rows; None, with the reason reported, if there is no such header."""
        reader = self._counted(csv.reader(_clean_lines(binary), strict=True))
        header = next(reader, None)
        if header is None:
            self._report.error(self._sheet.name, 1, "-", "the file is empty", "a row of headers")
            return None
        if _has_other_separator(header, self._sheet, self._report):
            return None
        builder = TableBuilder(self._sheet, [_bare(cell) for cell in header], self._report)
        while batch := list(islice(reader, BATCH)):
            before = self.done - len(batch)
            rows = _squared(batch, builder.width, self._sheet, before, self._report)
            builder.add(before + 1, rows)
            if self.done > MOST_ROWS:
                raise _TextError(f"there are more than {MOST_ROWS:,} rows")
        return builder.table

    def _counted(self, reader: Iterable[list[str]]) -> Iterator[list[str]]:
        """Count each row as it comes, so that the one that cannot be read is known."""
        for row in reader:
            self.done += 1
            yield row


def _clean_lines(binary: BinaryIO) -> Iterator[str]:
    """Yield the lines of a text, none endless, none with a character that no text has."""
    with TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text:
        while line := text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise _TextError(f"a line is longer than {LONGEST_LINE:,} characters")
            if "\0" in line:
                told = "there is a NUL character, as in UTF-16 or a program's own format"
                raise _TextError(told)
            yield line


def _has_other_separator(header: Sequence[str], sheet: Sheet, report: Report) -> bool:
    """Tell, and report, whether the columns are separated by something else than commas."""
    if any(sheet.column(_bare(cell)) for cell in header):
        return False
    for mark, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        names = ",".join(header).split(mark)
        if len(names) > 1 and any(sheet.column(name.strip(' "')) for name in names):
            report.error(sheet.name, 1, "-", f"the columns are separated by {word}", ACCEPTED)
            return True
    return False


def _squared(
    rows: list[list[str]], width: int, sheet: Sheet, done: int, report: Report
) -> Sequence[Sequence[Cell]]:
    """Bring rows to the header's width; one that has more or fewer cells is reported."""
    if set(map(len, rows)) != {width}:
        for place, row in enumerate(rows):
            rows[place] = _one_squared(row, width, sheet, done + place + 1, report)
    if any("'" in cell[:1] for row in rows for cell in row):
        return [[_bare(cell) for cell in row] for row in rows]
    return rows


def _one_squared(
    row: list[str], width: int, sheet: Sheet, number: int, report: Report
) -> list[str]:
    if len(row) != width and any(row) and (len(row) < width or any(row[width:])):
        told = f"the row has {len(row)} cells, the header {width}"
        report.error(sheet.name, number, "-", told, f"{width} cells")
        return [""] * width
    return (row + [""] * width)[:width]


def _bare(cell: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from calculating a text."""
    return cell.removeprefix("'")


def _first_strange_line(open_file: Opener) -> tuple[int, int]:
    """Find the first line that is not UTF-8, and the byte that shows it."""
    with open_file() as binary:
        for number, line in enumerate(iter(lambda: binary.readline(LONGEST_LINE), b""), start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return number, line[error.start]
    return 1, 0
