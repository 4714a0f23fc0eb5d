"""The demo through the public commands."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.demo.sheets import FOLDER, sheet
from tests.demo.test_values import rows, scores
from tests.scoring.reference.comparison import differences, read_rows
from tests.scoring.reference.rows import department_rows

EQUAL = 1e-9

ROWS = sum(
    len(sheet(name))
    for name in [
        "settings",
        "entities",
        "departments",
        "people",
        "perspectives",
        "objectives",
        "kpis",
        "links",
        "targets",
        "actuals",
    ]
)


def load() -> str:
    """Import the demo and give the last line of what the command says."""
    said = StringIO()
    call_command("import_cascade", str(FOLDER), stdout=said)
    return said.getvalue().strip().splitlines()[-1]


@pytest.mark.django_db
def test_the_demo_loads_once_and_a_second_time_changes_nothing() -> None:
    assert load().startswith("added ")
    assert load() == f"added 0, changed 0, unchanged {ROWS}"


@pytest.mark.django_db
def test_every_exported_row_equals_the_slow_calculation(tmp_path: Path) -> None:
    nodes, departments = tmp_path / "scores.csv", tmp_path / "departments.csv"
    load()

    call_command("recompute_scores", stdout=StringIO())
    call_command("export_scores", output=str(nodes))
    call_command("export_scores", departments=True, output=str(departments))

    key = ("period", "entity", "department", "node")
    columns = ("score", "coverage")
    assert differences(read_rows(nodes), rows(), EQUAL) == []
    assert differences(read_rows(departments, key), department_rows(scores()), EQUAL, columns) == []
