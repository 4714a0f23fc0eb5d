"""The limited child process that parses a workbook and prints its cells as lines of JSON.

A workbook from outside can abort the parser or take all memory: that ends this process alone.
"""

import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from kpialign.interchange import prescan
from kpialign.interchange.prescan import SheetFacts, WorkbookError

MEMORY = 512 * 1024 * 1024
SECONDS = 20
BYTES_A_SECOND = 400_000  # what a large workbook gets beyond that, so that a small bomb gets none
BATCH = 500
BATCH_CHARACTERS = 1_000_000
MOST_CHARACTERS = 32_767
# One long text may stand in a million cells: what is printed is limited, not only what is read.
MOST_PRINTED = 250_000_000
REFUSED = 3
Plain = str | float | dict[str, object]


def limit(size: int) -> None:
    """Limit this process: memory, computing time, no core file, no files to write."""
    seconds = SECONDS + size // BYTES_A_SECOND
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def told(path: str, wanted: set[str]) -> Iterator[Any]:
    """Yield what the parent reads: first the sheets, then each wanted one in batches of rows."""
    with zipfile.ZipFile(path) as archive:
        prescan.check_sizes(archive)
        parts = prescan.sheet_parts(archive)
        percents = prescan.percent_styles(archive)
        names = {name: name.strip().casefold() for name in parts}
        facts = {
            name: prescan.sheet_facts(archive, parts[name], percents)
            for name, folded in names.items()
            if folded in wanted
        }
    with Path(path).open("rb") as file:  # from its path, the parser would believe its name
        workbook = CalamineWorkbook.from_filelike(file)
    sheets = [[m.name, _kind(m.typ), _kind(m.visible)] for m in workbook.sheets_metadata]
    yield {"sheets": sheets}
    for name, kind, _visible in sheets:
        if kind == "WorkSheet" and name in facts:
            yield from _rows(workbook, name, facts[name])


def _kind(value: object) -> str:
    return str(value).split(".")[-1]


def _rows(workbook: CalamineWorkbook, name: str, facts: SheetFacts) -> Iterator[Any]:
    """Yield one sheet's rows, from the first row and column of the sheet on."""
    yield {"sheet": name}
    marks = set(facts.errors) | facts.valueless | facts.percents
    marked_rows = {row for row, _column in marks}
    batch: list[list[Plain]] = []
    held = 0
    for number, row in enumerate(workbook.get_sheet_by_name(name).iter_rows()):
        cells = [plain(cell) for cell in row]
        if number in marked_rows:
            cells = [_marked(cell, (number, c), facts) for c, cell in enumerate(cells)]
        batch.append(cells)
        held += sum(len(cell) for cell in cells if isinstance(cell, str))
        if len(batch) == BATCH or held > BATCH_CHARACTERS:
            yield batch
            batch, held = [], 0
    yield batch


def plain(cell: object) -> Plain:
    """Write a cell so that JSON carries it and its kind."""
    if isinstance(cell, str):
        return cell if len(cell) <= MOST_CHARACTERS else {"long": len(cell)}
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, datetime | date):
        return {"date": cell.isoformat()}
    if isinstance(cell, time | timedelta):
        return {"time": str(cell)}
    return "" if cell is None else str(cell)


def _marked(cell: Plain, place: tuple[int, int], facts: SheetFacts) -> Plain:
    if place in facts.errors:
        return {"error": facts.errors[place]}
    if place in facts.valueless:
        return {"valueless": True}
    if place in facts.percents and isinstance(cell, float):
        return {"percent": cell}
    return cell


def _limited(texts: Iterator[str]) -> Iterator[str]:
    """Yield the texts as long as there are not too many of them."""
    left = MOST_PRINTED
    for text in texts:
        left -= len(text)
        if left < 0:
            raise WorkbookError("its cells hold more text than a cascade needs")
        yield text


def main(path: str, wanted: set[str]) -> int:
    """Print the cells, or the reason why there are none."""
    try:
        for text in _limited(json.dumps(line) for line in told(path, wanted)):
            sys.stdout.write(text + "\n")
    except WorkbookError as error:
        reason = str(error)
    except MemoryError:
        reason = "it needs too much memory"
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, KeyError, OSError):
        reason = "it is damaged"
    except Exception as error:  # noqa: BLE001, the parser's own refusals have no common kind
        reason = f"it is damaged ({' '.join(str(error).split())[:200]})"
    else:
        return 0
    sys.stdout.write(json.dumps({"refused": reason}) + "\n")
    return REFUSED


if __name__ == "__main__":
    limit(Path(sys.argv[1]).stat().st_size)
    sys.exit(main(sys.argv[1], set(sys.argv[2].split(","))))
