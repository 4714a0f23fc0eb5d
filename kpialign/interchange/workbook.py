"""Read a cascade from a workbook, by way of a child process that may come to no harm."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

from kpialign.interchange.cells import BadCell, Cell, Flag, PercentCell
from kpialign.interchange.problems import ImportRefusedError, Report, shown
from kpialign.interchange.sheets import LATER, READ_ME, SHEET_WORDS, SHEETS
from kpialign.interchange.tables import RawTable, TableBuilder

ROOT = Path(__file__).resolve().parents[2]
# Seconds, and more for a large file; the child limits its computing, a busy machine adds waiting.
MOST_WAIT = 60.0
BYTES_A_SECOND = 100_000
Line = list[list[Any]] | dict[str, Any]  # what the child prints
KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "HOME", "TMPDIR")
ADVICE = "Save the sheets as a folder of .csv files and import that."


def read_workbook(path: Path, report: Report) -> dict[str, RawTable]:
    """Read every sheet that the workbook has; raise ImportRefusedError if it cannot be read."""
    reading = _Reading(path, report)
    for line in _lines(path):
        reading.take(line)
    return reading.tables()


def _lines(path: Path) -> Iterator[Line]:
    """Yield what the child prints; it dies with its memory, its time or its end of work."""
    command = [sys.executable, "-B", "-m", "kpialign.interchange.child", str(path.resolve())]
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    child = subprocess.Popen(  # noqa: S603, our own module, no shell
        [*command, ",".join(SHEETS)],
        cwd=ROOT,
        env=kept,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    output = child.stdout
    assert output is not None
    clock = threading.Timer(MOST_WAIT + path.stat().st_size // BYTES_A_SECOND, child.kill)
    clock.start()
    try:
        for line in output:
            yield _told(path, line)
    finally:
        clock.cancel()
        child.kill()
        child.wait()
        output.close()
    _refuse_end(path, child.returncode)


def _told(path: Path, line: bytes) -> Line:
    try:
        told: Line = json.loads(line)
    except ValueError:
        return []  # cut off where the child died: its end says why
    if isinstance(told, dict) and "refused" in told:
        raise ImportRefusedError(f"{path} cannot be read as a workbook: {told['refused']}.")
    return told


def _refuse_end(path: Path, code: int) -> None:
    """Refuse the file if the child did not end of its own will."""
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        raise ImportRefusedError(f"{path} takes too long to read. {ADVICE}")
    if code != 0:
        raise ImportRefusedError(f"{path} cannot be read within 512 MB of memory. {ADVICE}")


class _Reading:
    """The workbook as its lines come in."""

    def __init__(self, path: Path, report: Report) -> None:
        self._path = path
        self._report = report
        self._builders: dict[str, TableBuilder | None] = {}
        self._current = ""
        self._next_row = 1
        self._texts: dict[str, str] = {}

    def take(self, line: Line) -> None:
        """Take one line: the list of sheets, the name of one, or a batch of its rows."""
        if isinstance(line, list):
            self._rows([[self._cell(cell) for cell in row] for row in line])
        elif "sheets" in line:
            self._names(line["sheets"])
        else:
            self._current, self._next_row = line["sheet"].strip().casefold(), 1

    def _names(self, sheets: list[list[str]]) -> None:
        """Tell which sheets are read, and which are not."""
        for name, kind, visible in sheets:
            folded = name.strip().casefold()
            if folded == READ_ME.casefold():
                continue
            if folded in LATER:
                self._report.error(folded, 1, "-", LATER[folded], "calendar months")
                continue
            if folded not in SHEETS or kind != "WorkSheet":
                told = "the sheet is not one of a cascade and is left out"
                self._report.warn(shown(name), 1, "-", told, SHEET_WORDS)
                continue
            if folded in self._builders:
                self._report.error(folded, 1, "-", "the sheet stands twice", "once")
            if visible != "Visible":
                self._report.warn(folded, 1, "-", "the sheet is hidden, and is read all the same")
            self._builders[folded] = None
        if not self._builders:
            message = f"There is no sheet of a cascade in {self._path}; accepted: {SHEET_WORDS}."
            raise ImportRefusedError(message)

    def _rows(self, rows: list[list[Cell]]) -> None:
        if not rows:
            return
        builder = self._builders[self._current]
        first = self._next_row
        self._next_row += len(rows)
        if builder is None:
            header, rows = rows[0], rows[1:]
            builder = TableBuilder(SHEETS[self._current], header, self._report)
            self._builders[self._current] = builder
            first += 1
        builder.add(first, rows)

    def _cell(self, told: Any) -> Cell:  # noqa: ANN401, what JSON holds
        """Keep each text once, however many cells hold it."""
        return self._texts.setdefault(told, told) if isinstance(told, str) else _cell(told)

    def tables(self) -> dict[str, RawTable]:
        """Return the sheets in the order in which they build on each other."""
        for name, builder in self._builders.items():
            if builder is None:
                self._report.error(name, 1, "-", "the sheet is empty", "a row of headers")
        built = {name: self._builders.get(name) for name in SHEETS}
        return {name: builder.table for name, builder in built.items() if builder}


def _cell(told: Any) -> Cell:  # noqa: ANN401, what JSON holds
    """Bring what the child tells of a cell into the kinds that columns read."""
    if isinstance(told, float):
        return told
    if isinstance(told, bool):
        return Flag(told)
    kind, value = next(iter(told.items()))
    if kind == "percent":
        return PercentCell(value)
    if kind == "date":
        moment = datetime.fromisoformat(value)
        return moment.date() if moment.time() == time() else moment
    return BadCell(*_BAD[kind](value))


_BAD: dict[str, Callable[[Any], tuple[str, str]]] = {
    "error": lambda value: (f"the cell holds the error {value}", "a value"),
    "valueless": lambda _value: (
        "the cell holds a spreadsheet formula without a stored value",
        "a value, or open the file, calculate and save it",
    ),
    "long": lambda value: (f"the text has {value:,} characters", "at most 32,767"),
    "time": lambda value: (f"a time of day or a duration ({value})", "a number, text or date"),
}
