"""The scoring core and the exact computation give the same for cascades made up from seeds.

KPIALIGN_SEEDS sets how many cascades are tried, KPIALIGN_FIRST_SEED where they begin.
"""

import os
from pathlib import Path

import pytest

from tests.scoring.reference.comparison import differences
from tests.scoring.reference.core import core_exports
from tests.scoring.reference.folder import read_cascade
from tests.scoring.reference.folder_writer import write_folder
from tests.scoring.reference.generator import generate
from tests.scoring.reference.rows import department_rows, score_rows
from tests.scoring.reference.scores import Scores

FIRST = int(os.environ.get("KPIALIGN_FIRST_SEED", "0"))
COUNT = int(os.environ.get("KPIALIGN_SEEDS", "60"))


def disagreements(folder: Path, seed: int, tolerance: float, *, rational: bool) -> list[str]:
    """Say every cell of a made-up cascade in which the core and the exact computation differ."""
    write_folder(folder, generate(seed, importable=False, rational=rational), seed)
    exact = Scores(read_cascade(folder))
    scores, departments = core_exports(folder)
    return differences(score_rows(exact), scores, tolerance) + differences(
        department_rows(exact), departments, tolerance, ("score", "coverage")
    )


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_the_core_agrees_with_the_exact_computation(seed: int, tmp_path: Path) -> None:
    assert disagreements(tmp_path, seed, 1e-9, rational=False) == []


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT // 2))
def test_what_is_rational_is_right_to_twelve_digits(seed: int, tmp_path: Path) -> None:
    assert disagreements(tmp_path, seed, 1e-12, rational=True) == []
