"""The cascades of the conformance folders have exactly their expected scores."""

from math import isclose, isnan
from pathlib import Path

import numpy as np
import pytest

from kpialign.scoring.compute import compute
from kpialign.scoring.results import Mark, Results
from kpialign.scoring.status import status_of
from tests.scoring.folders import Folder, read_folder, rows

DATA = Path(__file__).parent.parent / "data" / "conformance"
FOLDERS = sorted(path for path in DATA.iterdir() if path.is_dir())
NUMBERS = (
    "value",
    "target",
    "baseline",
    "score",
    "coverage",
    "attainment",
    "driver_score",
    "score_low",
    "score_high",
)
ARRAYS = {"driver_score": "driver", "score_low": "low", "score_high": "high"}


def differences(folder: Folder, results: Results, expected: list[dict[str, str]]) -> list[str]:
    """Say every cell in which the results are not what is expected."""
    calendar = folder.inputs.calendar
    places = {key: row for row, key in enumerate(results.entities)}
    codes = {key: row for row, key in enumerate(results.nodes)}
    found = []
    for row in expected:
        cell = (
            places[row["entity"]],
            codes[row["code"]],
            folder.axis.column(calendar, row["period"]),
        )
        label = f"{row['period']} {row['entity']} {row['code']}"
        for name in NUMBERS:
            number = float(getattr(results, ARRAYS.get(name, name))[cell])
            kpi = folder.inputs.nodes[cell[1]].kpi
            if name == "target" and kpi is not None and kpi.direction == "band":
                number = float("nan")
            wanted = float(row[name] or "nan")
            same = isnan(number) and isnan(wanted)
            if not same and not isclose(number, wanted, rel_tol=1e-9, abs_tol=1e-12):
                found.append(f"{label}: {name} is {number}, expected {row[name] or 'nothing'}")
        status = status_of(results.score[cell], results.coverage[cell], folder.thresholds)
        if str(status) != row["status"]:
            found.append(f"{label}: status is {status}, expected {row['status']}")
        provisional = provisional_text(results, cell)
        if provisional != row["provisional"]:
            found.append(f"{label}: provisional is {provisional}, expected {row['provisional']}")
    return found


def provisional_text(results: Results, cell: tuple[int, int, int]) -> str:
    """Say whether a score is provisional, nothing where only the value of an unscored KPI is."""
    marks = results.marks[cell]
    if np.isnan(results.coverage[cell]) and marks & Mark.VALUE_PROVISIONAL:
        return ""
    return str(int(bool(marks & Mark.PROVISIONAL)))


def unexpected(folder: Folder, results: Results, expected: list[dict[str, str]]) -> list[str]:
    """Say every cell with a value or score for which no row is expected."""
    calendar = folder.inputs.calendar
    places = {key: row for row, key in enumerate(results.entities)}
    codes = {key: row for row, key in enumerate(results.nodes)}
    there = {
        (places[row["entity"]], codes[row["code"]], folder.axis.column(calendar, row["period"]))
        for row in expected
    }
    held = (~(np.isnan(results.value) & np.isnan(results.coverage))).nonzero()
    return [
        f"{results.entities[entity]} {results.nodes[node]} {calendar.period(column)}"
        for entity, node, column in zip(*(axis.tolist() for axis in held), strict=True)
        if (entity, node, column) not in there and not folder.inputs.nodes[node].archived
    ]


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_a_conformance_cascade_has_its_expected_scores(path: Path) -> None:
    folder = read_folder(path)
    expected = rows(DATA, f"{path.name}.expected")

    results = compute(folder.inputs)

    assert differences(folder, results, expected) == []
    assert unexpected(folder, results, expected) == []
