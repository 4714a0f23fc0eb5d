"""Made-up cascades go in as files and come out as scores that the exact computation gives.

KPIALIGN_FOLDERS sets how many cascades are tried, KPIALIGN_FIRST_SEED where they begin.
"""

import os
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.scoring.reference.change import change
from tests.scoring.reference.comparison import differences, read_rows
from tests.scoring.reference.folder import read_cascade
from tests.scoring.reference.folder_writer import write_folder
from tests.scoring.reference.generator import generate
from tests.scoring.reference.rows import department_rows, score_rows
from tests.scoring.reference.scores import Scores

FIRST = int(os.environ.get("KPIALIGN_FIRST_SEED", "27"))
COUNT = int(os.environ.get("KPIALIGN_FOLDERS", "2"))
DEPARTMENT_KEY = ("period", "entity", "department", "node")


def export(folder: Path) -> tuple[Path, Path]:
    """Export scores, and those of departments, beside a folder."""
    scores, departments = folder.with_suffix(".csv"), folder.with_suffix(".departments.csv")
    call_command("export_scores", output=str(scores))
    call_command("export_scores", departments=True, output=str(departments))
    return scores, departments


def wrong_cells(folder: Path) -> list[str]:
    """Say every exported cell that differs from the exact computation over a folder."""
    exact = Scores(read_cascade(folder))
    scores, departments = export(folder)
    return differences(score_rows(exact), read_rows(scores), 1e-9) + differences(
        department_rows(exact), read_rows(departments, DEPARTMENT_KEY), 1e-9, ("score", "coverage")
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_a_cascade_and_its_changes_come_out_as_the_exact_computation_says(
    seed: int, tmp_path: Path
) -> None:
    sheets = generate(seed)
    changed, whole = change(sheets, seed)
    first, second, merged = tmp_path / "first", tmp_path / "second", tmp_path / "merged"
    write_folder(first, sheets, seed)
    write_folder(second, changed, seed)
    write_folder(merged, whole, seed)

    call_command("import_cascade", str(first))
    call_command("recompute_scores")
    wrong_at_first = wrong_cells(first)
    call_command("import_cascade", str(second))
    call_command("recompute_scores")
    wrong_after_the_change = wrong_cells(merged)
    incremental = [path.read_bytes() for path in export(merged)]
    call_command("recompute_scores", full=True)
    full = [path.read_bytes() for path in export(merged)]

    assert wrong_at_first == []
    assert wrong_after_the_change == []
    assert full == incremental
