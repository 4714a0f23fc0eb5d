"""Write the problems of an upload as a text file that a spreadsheet opens."""

import csv
from io import StringIO

from kpialign.interchange.models import ImportUpload
from kpialign.interchange.outcome import ERRORS, WARNINGS
from kpialign.interchange.selectors import all_rows_of
from kpialign.interchange.writing import csv_cell

COLUMNS = ("sheet", "row", "column", "wrong", "accepted")


def problem_file(upload: ImportUpload) -> str:
    """Write a line for each problem, errors first."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(("kind", *COLUMNS))
    for section, kind in ((ERRORS, "error"), (WARNINGS, "warning")):
        for row in all_rows_of(upload, section):
            writer.writerow([kind, *(csv_cell(row[name]) for name in COLUMNS)])
    return text.getvalue()
