"""Files that leave by the browser: the cascade, the scores; each leaves an entry in the trail."""

import csv
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from dashboards.exports import SCORE_COLUMNS, score_rows
from kpialign.errors import RefusedError
from kpialign.interchange.exporting import WORKBOOK, export_cascade
from kpialign.interchange.writing import csv_cell
from kpis.models import Actual, Target
from organisation.models import User
from organisation.services import trail

ZIP = ".zip"
MOST_FIGURES = 200_000  # of a workbook: about 20 seconds
PATH = trail.Path.FORM
TEXTS = frozenset({"period", "entity", "node_type", "code", "status"})


def file_name(what: str, suffix: str, day: date) -> str:
    """Name a file so that two of different days stand side by side."""
    return f"{what}-{day.isoformat()}{suffix}"


def cascade_file(*, suffix: str, name: str, by: User) -> BinaryIO:
    """Write the whole cascade to a file that nobody else can open, and that goes when closed."""
    if suffix == WORKBOOK:
        _refuse_long_work()
    with TemporaryDirectory(prefix="kpialign-export-") as place:
        path = Path(place) / f"cascade{suffix}"
        if suffix == WORKBOOK:
            export_cascade(path, reader=by)
        else:
            folder = Path(place) / "cascade"
            export_cascade(folder, reader=by)
            _pack(folder, path)
        trail.record_download(actor=by, path=PATH, kind="cascade", name=name)
        return path.open("rb")


def _refuse_long_work() -> None:
    """Refuse a workbook that would take longer to write than anybody waits for a page."""
    count = Actual.objects.count() + Target.objects.count()
    if count > MOST_FIGURES:
        raise RefusedError(
            f"There are {count:,} figures and targets; a workbook of more than {MOST_FIGURES:,}"
            " takes too long to write here. Download the CSV files, which hold the same."
        )


def _pack(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in sorted(folder.iterdir()):
            archive.write(sheet, sheet.name)


class _Echo:
    """What a writer of CSV writes to: it hands each line back."""

    def write(self, line: str) -> str:
        """Hand the line back."""
        return line


def score_lines(*, period: str | None, entity: str | None) -> Iterator[str]:
    """Yield the lines of the scores of a period and entity, or of all."""
    writer = csv.writer(_Echo())
    yield writer.writerow(SCORE_COLUMNS)
    places = [place for place, name in enumerate(SCORE_COLUMNS) if name in TEXTS]
    for row in score_rows(period=period, entity=entity):
        cells = list(row)
        for place in places:
            cells[place] = csv_cell(cells[place])
        yield writer.writerow(cells)
