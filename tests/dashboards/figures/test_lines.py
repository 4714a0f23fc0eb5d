"""Small lines and bullets show what is there, leave gaps open, and judge by side."""

from math import nan

from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures.bullet import HALF, bullet
from dashboards.figures.sparkline import HEIGHT, WIDTH, sparkline

FIGURES = st.one_of(st.just(nan), st.floats(-1e308, 1e308))


def test_a_missing_figure_leaves_a_gap_in_the_line() -> None:
    drawn = sparkline([1.0, 2.0, nan, 3.0, 4.0], nan)

    assert drawn.path.count("M") == 2
    assert drawn.last is not None


def test_a_figure_between_two_gaps_is_a_dot() -> None:
    drawn = sparkline([nan, 2.0, nan, 3.0], nan)

    assert len(drawn.dots) == 1
    assert drawn.path == ""


def test_without_a_last_figure_nothing_is_marked() -> None:
    assert sparkline([1.0, 2.0, nan], nan).last is None


def test_nothing_known_draws_nothing() -> None:
    assert sparkline([nan, nan], 5.0).is_empty


def test_the_target_stands_in_the_scale_of_the_line() -> None:
    drawn = sparkline([0.0, 10.0], 5.0)

    assert drawn.target_at == "12.0"


@given(st.lists(FIGURES, max_size=20), FIGURES)
def test_a_line_stays_inside_its_box(values: list[float], target: float) -> None:
    drawn = sparkline(values, target)

    words = drawn.path.replace("M", " ").replace("L", " ").split()
    across, down = words[::2], words[1::2]
    assert all(0 <= float(x) <= WIDTH for x in across)
    assert all(0 <= float(y) <= HEIGHT for y in down)
    assert len(across) == len(down)


def test_worse_lies_left_of_the_centre_and_better_right() -> None:
    worse, better = bullet(-5.0, 10.0), bullet(5.0, 10.0)

    assert worse is not None
    assert better is not None
    assert float(worse.x) < 64 == float(better.x)
    assert (worse.is_better, better.is_better) == (False, True)


def test_a_difference_beyond_the_span_is_cut_with_a_torn_end() -> None:
    drawn = bullet(-30.0, 10.0)

    assert drawn is not None
    assert float(drawn.width) == HALF
    assert drawn.is_torn
    assert not bullet(-10.0, 10.0).is_torn  # type: ignore[union-attr]  # known, so drawn


def test_a_difference_however_small_is_seen() -> None:
    drawn = bullet(0.0001, 10.0)

    assert drawn is not None
    assert float(drawn.width) == 1.0


def test_an_unknown_difference_draws_nothing() -> None:
    assert bullet(nan, 10.0) is None
    assert bullet(1.0, nan) is None


def test_a_span_of_zero_is_all_or_nothing() -> None:
    all_, nothing = bullet(-1.0, 0.0), bullet(0.0, 0.0)

    assert all_ is not None
    assert nothing is not None
    assert (all_.width, nothing.width) == ("60.0", "0.0")


@given(st.floats(-1e308, 1e308), st.floats(0, 1e308))
def test_a_bar_stays_inside_its_box(better_by: float, span: float) -> None:
    drawn = bullet(better_by, span)

    assert drawn is not None
    assert 4 <= float(drawn.x) <= float(drawn.x) + float(drawn.width) <= 124
