"""Look into a workbook before it is parsed: is it what it says, how big, what would read wrong.

The parser gives an empty text for an error cell and for a formula without a stored value, knows no
percentages, and takes memory for a cell's address. It runs in the limited child process alone.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from xml.parsers import expat

from kpialign.interchange.glance import column_number, farthest

MOST_ENTRIES = 5_000
MOST_BYTES = 400_000_000
MOST_CELLS = 9_000_000
BLOCK = 1_000_000
REFERENCE = re.compile(r"([A-Z]{1,4})([1-9][0-9]{0,7})")
PERCENT_FORMATS = {9, 10}
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


class WorkbookError(ValueError):
    """The file is not a workbook that can be read safely; the text says why."""


@dataclass
class SheetFacts:
    """What the parser does not tell of a sheet's cells, by (row, column) from 0."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    percents: set[tuple[int, int]] = field(default_factory=set)
    valueless: set[tuple[int, int]] = field(default_factory=set)
    last_row: int = 0
    last_column: int = 0


def check_sizes(archive: zipfile.ZipFile) -> None:
    """Refuse a bomb: unpack everything to nowhere, for a zip file may lie about its sizes."""
    if len(archive.infolist()) > MOST_ENTRIES:
        raise WorkbookError(f"it has more than {MOST_ENTRIES:,} parts")
    left = MOST_BYTES
    for entry in archive.infolist():
        if entry.flag_bits & 1:
            raise WorkbookError("it is encrypted; take the password off and try again")
        for block in _blocks(archive, entry.filename):
            left -= len(block)
            if left < 0:
                raise WorkbookError(f"it unpacks to more than {MOST_BYTES:,} bytes")


def _blocks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as part:
        while block := part.read(BLOCK):
            yield block


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Map the names of the sheets to their parts in the archive."""
    targets: dict[str, str] = {}
    named: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            ids = [value for name, value in attributes.items() if name.split(":")[-1] == "id"]
            named[attributes.get("name", "")] = ids[0] if ids else ""

    _walk(archive, _found(archive, "xl/_rels/workbook.xml.rels"), relation)
    _walk(archive, _found(archive, "xl/workbook.xml"), sheet)
    return {name: _part(archive, targets.get(key, "")) for name, key in named.items()}


def _part(archive: zipfile.ZipFile, target: str) -> str:
    path = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
    return _found(archive, path) if target else ""


def _found(archive: zipfile.ZipFile, path: str) -> str:
    """Find a part whatever the case of its name, as the parser does."""
    return next((n for n in archive.namelist() if n.lower() == path.lower()), "")


def _walk(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call back for each element of a part, by names without prefixes."""
    if not part:
        return
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse_entity
    parser.StartElementHandler = lambda tag, attributes: start(tag.split(":")[-1], attributes)
    if end:
        parser.EndElementHandler = lambda tag: end(tag.split(":")[-1])
        parser.CharacterDataHandler = text
    try:
        for block in _blocks(archive, part):
            parser.Parse(block, False)  # noqa: FBT003, expat takes it by position
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise WorkbookError(f"its part {part} is damaged ({error})") from None


def _refuse_entity(*_declaration: object) -> None:
    raise WorkbookError("it declares XML entities, which no spreadsheet program writes")


def percent_styles(archive: zipfile.ZipFile) -> set[int]:
    """Find the numbers of the cell styles that show a number as a percentage."""
    formats = set(PERCENT_FORMATS)
    styles: list[int] = []
    inside: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        inside.append(tag)
        if tag == "numFmt" and "%" in QUOTED.sub("", attributes.get("formatCode", "")):
            formats.add(_number(attributes.get("numFmtId")))
        elif tag == "xf" and "cellXfs" in inside:
            styles.append(_number(attributes.get("numFmtId")))

    def end(_tag: str) -> None:
        inside.pop()

    _walk(archive, _found(archive, "xl/styles.xml"), start, end)
    return {place for place, number in enumerate(styles) if number in formats}


def _number(written: str | None) -> int:
    return int(written) if written and written.isascii() and written.isdigit() else 0


class _CellWalk:
    """The cells of one sheet, as the parser of XML comes by them."""

    def __init__(self, percents: set[int]) -> None:
        self.facts = SheetFacts()
        self._percents = percents
        self._row = self._column = -1
        self._cell: dict[str, str] = {}
        self._formula = self._in_value = self._is_stored = False
        self._value = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._open(attributes)
        elif tag == "v":
            self._in_value = self._is_stored = True
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            written = attributes.get("r")
            self._row = _number(written) - 1 if written else self._row + 1
            self._column = -1

    def _open(self, attributes: dict[str, str]) -> None:
        self._cell, self._formula, self._is_stored, self._value = attributes, False, False, ""
        self._column += 1
        written = attributes.get("r")
        if written:
            found = REFERENCE.fullmatch(written.upper())
            if not found:
                raise WorkbookError(f"it has a cell with the address {written[:20]!a}")
            self._row, self._column = int(found[2]) - 1, column_number(found[1]) - 1
        facts = self.facts
        facts.last_row = max(facts.last_row, self._row)
        facts.last_column = max(facts.last_column, self._column)
        _refuse_far(facts.last_row, facts.last_column, written or f"row {self._row + 1}")

    def text(self, written: str) -> None:
        if self._in_value and len(self._value) < len("#GETTING_DATA"):
            self._value += written

    def end(self, tag: str) -> None:
        if tag == "v":
            self._in_value = False
        elif tag == "c":
            self._close()

    def _close(self) -> None:
        place, kind = (self._row, self._column), self._cell.get("t", "n")
        if kind == "e":
            self.facts.errors[place] = self._value.strip()[:20] or "an error"
        elif self._formula and not (self._is_stored if kind == "str" else self._value):
            self.facts.valueless.add(place)
        elif kind == "n" and self._percents and _number(self._cell.get("s")) in self._percents:
            self.facts.percents.add(place)


def sheet_facts(archive: zipfile.ZipFile, part: str, percents: set[int]) -> SheetFacts:
    """Find what is remarkable about the cells of one sheet; refuse addresses no cascade needs."""
    if not part:
        return SheetFacts()
    seen = farthest(_blocks(archive, part), percents)
    if seen is not None:
        _refuse_far(*seen, f"row {seen[0] + 1}")
        return SheetFacts(last_row=seen[0], last_column=seen[1])
    walk = _CellWalk(percents)
    _walk(archive, part, walk.start, walk.end, walk.text)
    return walk.facts


def _refuse_far(last_row: int, last_column: int, where: str) -> None:
    """Refuse a sheet for which the parser would need too much memory, however empty it is."""
    if (last_row + 1) * (last_column + 1) > MOST_CELLS:
        raise WorkbookError(f"it reaches to the cell {where}: far more than a cascade needs")
