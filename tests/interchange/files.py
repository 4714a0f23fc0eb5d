"""A small cascade as files, the commands on it, and what they answer."""

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from openpyxl import Workbook

SHEETS: dict[str, str] = {
    "settings": "key,value\norganisation,Acme\ncurrency,EUR\nplan,Plan 2030\n",
    "entities": "code,name,parent,currency\nGRP,Group,,\nDE,Germany,GRP,\nUS,America,GRP,USD\n",
    "departments": "code,name,head_email,partner_email\nOPS,Operations,ops@example.com,\n",
    "people": "email,name,role,department,entity\nops@example.com,Head,department_head,OPS,\n",
    "perspectives": "code,name,financial\nFIN,Finance,yes\n",
    "objectives": "code,name,perspective\nTOP,Value,FIN\nOBJ,Service,FIN\n",
    "kpis": (
        "code,name,category,department,unit,direction,frequency,time_rollup,formula\n"
        "OTD,On time,operational,OPS,%,higher,monthly,average,\n"
        "REV,Revenue,financial,OPS,money,higher,monthly,sum,\n"
        "ROS,Return,financial,OPS,,higher,monthly,formula,[OTD] / [REV]\n"
        "SAFE,Safety,people,OPS,,band,quarterly,last,\n"
    ),
    "links": "parent,child,weight\nTOP,OBJ,1\nOBJ,OTD,2\nOBJ,REV,1\n",
    "targets": "kpi,entity,period,target,band_low,band_high\nOTD,DE,2026-01,95,,\n"
    "SAFE,DE,2026,,1,2\n",
    "actuals": "kpi,entity,period,value\nOTD,DE,2026-01,93.5\nREV,DE,2026-01,1200\n",
    "rates": "currency,period,average,closing\nUSD,2026-01,0.9,0.91\n",
}


@dataclass(frozen=True)
class Answer:
    """How a command ended, and what it said."""

    code: int
    out: list[str]
    err: list[str]

    @property
    def errors(self) -> list[str]:
        """List the lines that are no warnings."""
        return [line for line in self.err if not line.startswith("warning: ")]

    @property
    def warnings(self) -> list[str]:
        """List the warnings, without that word."""
        return [x.removeprefix("warning: ") for x in self.err if x.startswith("warning: ")]

    @property
    def counts(self) -> str:
        """Return the last line of standard output."""
        return self.out[-1] if self.out else ""


def run(command: str, path: Path, **options: object) -> Answer:
    """Run a command and catch how it ends."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command(command, str(path), stdout=out, stderr=err, **options)
    except SystemExit as end:
        code = int(str(end.code))
    return Answer(code, out.getvalue().splitlines(), err.getvalue().splitlines())


def folder(path: Path, sheets: Mapping[str, str | bytes] = SHEETS, **other: str | bytes) -> Path:
    """Write sheets as a folder of CSV; those given by name replace or add to the others."""
    path.mkdir(parents=True, exist_ok=True)
    for name, text in {**sheets, **other}.items():
        data = text if isinstance(text, bytes) else text.encode()
        (path / f"{name}.csv").write_bytes(data)
    return path


def import_sheets(path: Path, full: bool = True, **other: str | bytes) -> Answer:  # noqa: FBT001, FBT002
    """Import the small cascade with some sheets replaced, or (not full) these sheets alone."""
    number = len(list(path.iterdir()))
    return run("import_cascade", folder(path / f"in{number}", SHEETS if full else {}, **other))


def refusal(path: Path, **other: str | bytes) -> str:
    """Import the small cascade with something wrong, and return the only error."""
    answer = import_sheets(path, True, **other)  # noqa: FBT003
    assert answer.code == 1, answer
    assert answer.out == []
    assert len(answer.errors) == 1, answer.errors
    return answer.errors[0]


def archive(path: Path, entries: Mapping[str, str | bytes]) -> Path:
    """Write a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
    return path


def workbook(path: Path, sheets: Mapping[str, list[list[Any]]]) -> Path:
    """Write rows of plain values as a workbook."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


def rows_of(text: str) -> list[list[Any]]:
    """Read CSV text into rows, numbers as numbers, for a workbook."""
    return [[_value(cell) for cell in row] for row in csv.reader(io.StringIO(text))]


def _value(cell: str) -> float | str | None:
    try:
        return float(cell)
    except ValueError:
        return cell or None


def exported(path: Path) -> dict[str, list[list[str]]]:
    """Export to a folder, and return the cells of each file."""
    answer = run("export_cascade", path)
    assert answer.code == 0, answer
    found = {}
    for file in sorted(path.iterdir()):
        with file.open(encoding="utf-8", newline="") as text:
            found[file.stem] = list(csv.reader(text))
    return found
