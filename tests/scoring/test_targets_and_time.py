"""Which target is in force, what coverage says, and what is shown between own periods."""

from dataclasses import replace
from math import isnan

import numpy as np

from kpialign.scoring.compute import compute
from kpialign.scoring.inputs import KpiInput, Length, NodeInput
from kpialign.scoring.results import Mark, Results
from tests.scoring.cascades import NAN, cascade

Q1, Q2, YEAR = 24, 25, 32
SUM = KpiInput(Length.MONTH, "higher", "sum", "none")
MONTH_ROW, QUARTER_ROW, YEAR_ROW = range(3)


def results_of(
    kpi: KpiInput,
    figures: dict[int, float],
    rows: list[tuple[int, int, float, float]],
    *,
    until: int = 12,
) -> Results:
    """Score one KPI with target rows of (length, period, baseline, target)."""
    nodes = [NodeInput("K", kpi), NodeInput("other", SUM)]
    actuals = [(0, 0, period, value, False) for period, value in figures.items()]
    actuals += [(1, 0, month, 1.0, False) for month in range(until)]
    targets = [
        (0, 0, length, period, baseline, target, NAN, NAN)
        for length, period, baseline, target in rows
    ]
    return compute(cascade(nodes, actuals=actuals, targets=targets))


def test_a_longer_row_of_a_sum_is_split_and_an_own_row_wins_with_its_blanks() -> None:
    rows = [(YEAR_ROW, 0, 12.0, 120.0), (QUARTER_ROW, 1, NAN, 90.0), (MONTH_ROW, 0, NAN, NAN)]
    results = results_of(SUM, dict.fromkeys(range(12), 5.0), rows)

    assert results.target[0, 0, 1] == 10
    assert results.baseline[0, 0, 1] == 1
    assert results.target[0, 0, 3] == 30
    assert isnan(results.baseline[0, 0, 3])
    assert isnan(results.coverage[0, 0, 0])


def test_a_longer_row_of_a_balance_holds_for_every_month() -> None:
    last = replace(SUM, time_rollup="last")
    results = results_of(last, {0: 5.0, 1: 6.0}, [(YEAR_ROW, 0, 0.0, 120.0)])

    assert results.target[0, 0, [0, 1, 11]].tolist() == [120, 120, 120]


def test_value_and_target_are_taken_over_the_same_months() -> None:
    rows = [(MONTH_ROW, month, 0.0, 10.0 * (month + 1)) for month in range(3)]
    results = results_of(SUM, {0: 5.0, 2: 15.0}, rows)

    assert (results.value[0, 0, Q1], results.target[0, 0, Q1]) == (20, 40)
    assert results.score[0, 0, Q1] == 50
    assert results.marks[0, 0, Q1] & Mark.TO_DATE


def test_without_any_figure_the_target_is_taken_over_the_months_that_have_one() -> None:
    results = results_of(SUM, {}, [(MONTH_ROW, 0, 0.0, 10.0), (MONTH_ROW, 1, 0.0, 20.0)])

    assert results.target[0, 0, Q1] == 30
    assert isnan(results.score[0, 0, Q1])
    assert results.coverage[0, 0, Q1] == 0


def test_a_figure_without_a_target_leaves_the_longer_period_without_one() -> None:
    results = results_of(SUM, {0: 5.0, 1: 5.0}, [(MONTH_ROW, 0, 0.0, 10.0)])

    assert isnan(results.target[0, 0, Q1])
    assert isnan(results.coverage[0, 0, Q1])
    assert results.value[0, 0, Q1] == 10


def test_a_longer_period_has_a_baseline_only_if_every_month_taken_has_one() -> None:
    rows = [(MONTH_ROW, 0, 1.0, 10.0), (MONTH_ROW, 1, NAN, 10.0)]
    results = results_of(SUM, {0: 5.0, 1: 5.0}, rows)

    assert isnan(results.baseline[0, 0, Q1])
    assert results.marks[0, 0, Q1] & Mark.BASELINE_ASSUMED


def test_a_row_for_exactly_the_quarter_wins_for_a_ratio() -> None:
    ratio = KpiInput(Length.MONTH, "higher", "formula", "formula", formula="other / other")
    months = [(MONTH_ROW, month, 0.0, 2.0) for month in range(12)]
    results = results_of(ratio, {}, [*months, (QUARTER_ROW, 0, 0.0, 4.0)])

    assert results.target[0, 0, [Q1, Q2, YEAR]].tolist() == [4, 2, 2]


def test_a_running_year_with_every_figure_delivered_is_covered() -> None:
    results = results_of(SUM, {0: 1.0, 1: 1.0}, [(YEAR_ROW, 0, 0.0, 12.0)], until=2)

    assert results.coverage[0, 0, YEAR] == 1


def test_a_quarterly_kpi_is_shown_from_the_end_of_its_quarter_until_the_next() -> None:
    quarterly = KpiInput(Length.QUARTER, "higher", "last", "none")
    results = results_of(
        quarterly, {0: 5.0}, [(QUARTER_ROW, 0, 0.0, 10.0), (QUARTER_ROW, 1, 0.0, 20.0)]
    )
    scores, coverage = results.score[0, 0], results.coverage[0, 0]

    assert isnan(coverage[1])
    assert scores[2:5].tolist() == [50, 50, 50]
    assert isnan(scores[5])
    assert coverage[5] == 0
    assert results.marks[0, 0, 2] & Mark.HELD


def test_a_target_is_not_carried_forward() -> None:
    results = results_of(SUM, {0: 5.0, 1: 5.0}, [(MONTH_ROW, 0, 0.0, 10.0)])

    assert isnan(results.coverage[0, 0, 1])


def test_outside_the_time_of_scores_nothing_has_a_value() -> None:
    constant = KpiInput(Length.MONTH, "higher", "average", "formula", formula="5")
    results = results_of(constant, {}, [], until=2)

    assert results.value[0, 0, :2].tolist() == [5, 5]
    assert np.isnan(results.value[0, 0, 2:24]).all()


def test_a_cascade_without_any_figure_has_no_scores() -> None:
    rows = [(0, 0, 0, 0, 0.0, 10.0, NAN, NAN)]
    results = compute(cascade([NodeInput("K", SUM)], targets=rows))

    assert np.isnan(results.coverage).all()
    assert np.isnan(results.value).all()
