"""The rows that the scoring core gives for a folder, as the exact computation writes them."""

from pathlib import Path

import numpy as np

from kpialign.scoring.compute import compute
from kpialign.scoring.contribution import department_scores
from kpialign.scoring.inputs import LENGTHS
from kpialign.scoring.results import Mark, Results
from kpialign.scoring.status import status_of
from tests.scoring.folders import Folder, read_folder
from tests.scoring.reference.fiscal import Fiscal, Period
from tests.scoring.reference.folder import sheet
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


Rows = dict[tuple[str, ...], Row]


def core_exports(folder: Path) -> tuple[Rows, Rows]:
    """The rows of scores, and those of departments."""
    read = read_folder(folder)
    results = compute(read.inputs)
    return core_rows(read, results), core_department_rows(folder, read, results)


def core_rows(read: Folder, results: Results) -> Rows:
    """Every row that holds something, by period, entity and code."""
    rows: Rows = {}
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


def core_department_rows(folder: Path, read: Folder, results: Results) -> Rows:
    """Every department's row, beneath all objectives and beneath each, by what it is of."""
    owners = {row["code"]: row["department"] for row in sheet(folder, "kpis")}
    departments = [owners.get(node) for node in results.nodes]
    heads = [i for i, node in enumerate(read.inputs.nodes) if not (node.kpi or node.archived)]
    labels = column_labels(read)
    rows: Rows = {}
    for entity, entity_code in enumerate(results.entities):
        for head in [None, *heads]:
            head_code = "" if head is None else results.nodes[head]
            found = department_scores(
                read.inputs, results, departments, entity=entity, ancestor=head
            )
            for department, states in found.items():
                for column in (~np.isnan(states.coverage)).nonzero()[0].tolist():
                    score = float(states.score[column])
                    rows[labels[column], entity_code, department, head_code] = {
                        "score": "" if np.isnan(score) else repr(score),
                        "coverage": repr(float(states.coverage[column])),
                    }
    return rows
