"""The rows that the scoring core gives for a folder, as the exact computation writes them."""

from pathlib import Path

import numpy as np

from kpialign.scoring.compute import compute
from kpialign.scoring.inputs import LENGTHS
from kpialign.scoring.results import Mark, Results
from kpialign.scoring.status import status_of
from tests.scoring.folders import Folder, read_folder
from tests.scoring.reference.fiscal import Fiscal, Period
from tests.scoring.reference.rows import COLUMNS, Row

QUANTITIES = {
    "value": "value",
    "target": "target",
    "baseline": "baseline",
    "score": "score",
    "coverage": "coverage",
    "attainment": "attainment",
    "driver_score": "driver",
    "score_low": "low",
    "score_high": "high",
}


def core_rows(folder: Path) -> dict[tuple[str, ...], Row]:
    """Every row that holds something, by period, entity and code."""
    read = read_folder(folder)
    results = compute(read.inputs)
    rows: dict[tuple[str, ...], Row] = {}
    labels = column_labels(read)
    held = ~(np.isnan(results.value) & np.isnan(results.coverage))
    for entity, node, column in zip(*(axis.tolist() for axis in held.nonzero()), strict=True):
        if not read.inputs.nodes[node].archived:
            key = (labels[column], results.entities[entity], results.nodes[node])
            rows[key] = core_row(read, results, (entity, node, column)) | dict(
                zip(("period", "entity", "code"), key, strict=True)
            )
    return rows


def column_labels(read: Folder) -> list[str]:
    """The label of the period of every column."""
    axis = read.axis
    fiscal = Fiscal(axis.first_month)
    return [
        fiscal.label(Period(length.months, axis.first_year * 12 // length.months + index))
        for length in LENGTHS
        for index in range(read.inputs.calendar.count(length))
    ]


def core_row(read: Folder, results: Results, cell: tuple[int, int, int]) -> Row:
    """One row without its key."""
    kpi = read.inputs.nodes[cell[1]].kpi
    row = dict.fromkeys(COLUMNS, "")
    for column, quantity in QUANTITIES.items():
        number = float(getattr(results, quantity)[cell])
        row[column] = "" if np.isnan(number) else repr(number)
    if kpi is not None and kpi.direction == "band":
        row["target"] = ""
    marks = int(results.marks[cell])
    quiet = not row["coverage"] and marks & Mark.VALUE_PROVISIONAL
    return row | {
        "node_type": "kpi" if kpi is not None else "objective",
        "status": str(status_of(results.score[cell], results.coverage[cell], read.thresholds)),
        "provisional": "" if quiet else str(int(bool(marks & Mark.PROVISIONAL))),
    }
