"""The demo's every value and score, by the core and by the slow calculation."""

from kpialign.scoring.compute import compute
from tests.demo.sheets import FOLDER
from tests.demo.test_values import rows
from tests.scoring.folders import read_folder
from tests.scoring.test_conformance import differences, unexpected


def test_the_core_and_the_slow_calculation_agree_on_every_row() -> None:
    folder = read_folder(FOLDER)
    expected = list(rows().values())

    results = compute(folder.inputs)

    assert len(expected) > 10_000
    assert differences(folder, results, expected) == []
    assert unexpected(folder, results, expected) == []
