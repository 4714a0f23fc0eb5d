"""The exact computation gives the numbers worked out by hand in docs/scoring.md."""

from fractions import Fraction

import pytest

from tests.scoring.reference.folder import Kpi
from tests.scoring.reference.scores import aggregate
from tests.scoring.reference.wanted import Wanted, attainment


def kpi(direction: str) -> Kpi:
    return Kpi("K", "D", 1, direction, "sum", "none", False, frozenset(), None)  # noqa: FBT003


@pytest.mark.parametrize(
    ("direction", "base", "target", "actual", "raw"),
    [
        ("higher", 10, 15, 14, Fraction(4, 5)),
        ("higher", 10, 15, 16, Fraction(6, 5)),
        ("higher", 10, 15, 8, Fraction(-2, 5)),
        ("lower", 60, 45, 51, Fraction(3, 5)),
        ("higher", -20, -5, -11, Fraction(3, 5)),
        ("lower", None, 50, 55, Fraction(9, 10)),
        ("higher", 99, 99, Fraction("99.2"), 1),
        ("higher", 99, 99, Fraction("98.9"), 0),
        ("lower", 45, 60, 50, None),
        ("higher", None, 0, 5, None),
    ],
)
def test_attainment_is_the_share_of_the_way(
    direction: str, base: int | None, target: int, actual: int, raw: Fraction | None
) -> None:
    goal = Fraction(target)
    wanted = Wanted(goal, goal, None if base is None else Fraction(base))

    assert attainment(kpi(direction), Fraction(actual), wanted) == raw


@pytest.mark.parametrize(("actual", "raw"), [(110, "1/2"), (94, "9/10"), (100, "1")])
def test_a_band_counts_the_distance_to_its_nearer_edge(actual: int, raw: str) -> None:
    wanted = Wanted(Fraction(95), Fraction(105), None)

    assert attainment(kpi("band"), Fraction(actual), wanted) == Fraction(raw)


@pytest.mark.parametrize(
    ("how", "weights", "scores", "result"),
    [
        ("arithmetic", (2, 1), (80, 60), 220 / 3),
        ("arithmetic", (2, 1, 1), (80, 60, 0), 55),
        ("arithmetic", (2, 1, 1), (80, 60, 100), 80),
        ("geometric", (1, 1), (90, 40), 60),
        ("geometric", (1, 1, 1), (90, 40, 0), 0),
        ("weakest", (1, 1), (90, 40), 40),
    ],
)
def test_scores_roll_up_by_their_weights(
    how: str, weights: tuple[int, ...], scores: tuple[int, ...], result: float
) -> None:
    parts = [(Fraction(w), Fraction(s)) for w, s in zip(weights, scores, strict=True)]

    assert float(aggregate(how, parts)) == pytest.approx(result, rel=1e-15)
