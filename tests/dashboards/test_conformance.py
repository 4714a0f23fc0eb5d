"""A cascade that is imported, recomputed and exported has the scores that are expected of it."""

from math import isclose
from pathlib import Path

import pytest

from dashboards.exports import SCORE_COLUMNS
from tests.dashboards.commands import exported, run
from tests.scoring.folders import Row, rows

DATA = Path(__file__).parent.parent / "data" / "conformance"
FOLDERS = sorted(path for path in DATA.iterdir() if path.is_dir())
WORDS = {"period", "entity", "node_type", "code", "status", "provisional"}
KEY = ("period", "entity", "node_type", "code")


def by_key(found: list[Row]) -> dict[tuple[str, ...], Row]:
    """Arrange rows by what they are about; each may be there once."""
    arranged = {tuple(row[name] for name in KEY): row for row in found}
    assert len(arranged) == len(found)
    return arranged


def same(name: str, one: str, other: str) -> bool:
    """Compare two cells: numbers to a relative 1e-9, words and gaps exactly."""
    if name in WORDS or one == "" or other == "":
        return one == other
    return isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-12)


def differences(found: list[Row], expected: list[Row]) -> list[str]:
    """Say every cell and row that is not as expected."""
    ours, theirs = by_key(found), by_key(expected)
    missing = [f"{key} is missing" for key in theirs.keys() - ours.keys()]
    more = [f"{key} is not expected" for key in ours.keys() - theirs.keys()]
    cells = [
        f"{key} {name}: {ours[key][name]!r}, expected {theirs[key][name]!r}"
        for key in ours.keys() & theirs.keys()
        for name in SCORE_COLUMNS
        if not same(name, ours[key][name], theirs[key][name])
    ]
    return missing + more + cells


@pytest.mark.django_db
@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_an_imported_cascade_has_its_expected_scores(path: Path, tmp_path: Path) -> None:
    run("import_cascade", str(path))
    run("recompute_scores")

    assert differences(exported(tmp_path), rows(DATA, f"{path.name}.expected")) == []
