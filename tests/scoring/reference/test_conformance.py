"""The exact computation gives the scores that the conformance folders expect."""

from pathlib import Path

import pytest

from tests.scoring.reference.comparison import differences, read_rows
from tests.scoring.reference.folder import read_cascade
from tests.scoring.reference.rows import score_rows
from tests.scoring.reference.scores import Scores

CONFORMANCE = Path(__file__).parents[2] / "data" / "conformance"
FOLDERS = sorted(path.name for path in CONFORMANCE.iterdir() if path.is_dir())


def test_there_are_ten_folders() -> None:
    assert [f"{number:02d}" for number in range(1, 11)] == FOLDERS


@pytest.mark.parametrize("name", FOLDERS)
def test_the_exact_computation_gives_what_a_folder_expects(name: str) -> None:
    expected = read_rows(CONFORMANCE / f"{name}.expected.csv")

    rows = score_rows(Scores(read_cascade(CONFORMANCE / name)))

    assert differences(expected, rows, 1e-9) == []
