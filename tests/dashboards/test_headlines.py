"""Sentences say what, how much, and where it comes from; each branch is a row here."""

from datetime import date
from math import nan

import pytest

from dashboards.pages import headlines
from dashboards.pages.arithmetic import attainment_words
from dashboards.pages.measures import bounds
from dashboards.selectors.cascade import NodeFacts
from tests.dashboards.boards import Scores, make_board, measured, node, objective, scored

UNSCORED = {"score": nan, "coverage": nan}
UNKNOWN = {"score": nan, "coverage": 0.0, "low": 0.0, "high": 100.0, "target": 5.0}


@pytest.mark.parametrize(
    ("facts", "now", "sentence"),
    [
        ({}, measured(80, 100, 0, 80), "Speed misses its target by 20.0"),
        ({"unit": "days"}, measured(80, 100, 0, 80), "Speed misses its target by 20.0 days"),
        ({"unit": "%"}, measured(80, 75, 0, 100), "Speed beats its target by 5.0 pp"),
        (
            {"direction": "lower"},
            measured(40, 50, 90, 100),
            "Speed beats its target by 10.0",
        ),
        ({}, measured(80, 80, 0, 100), "Speed is exactly on target at 80.0"),
        (
            {"direction": "band"},
            measured(14, 11, nan, 100, target_high=17),
            "Speed is inside its band at 14.0",
        ),
        (
            {"direction": "band"},
            measured(19, 11, nan, 67, target_high=17),
            "Speed is 2.0 above its band",
        ),
        (
            {"direction": "band"},
            measured(10, 11, nan, 83, target_high=17),
            "Speed is 1.0 below its band",
        ),
        ({}, UNKNOWN, "Speed has no figure for Q1 FY26 yet"),
        ({}, UNSCORED | {"value": 7.0}, "Speed is 7.0 in Q1 FY26; no target is set"),
        (
            {"has_target": False},
            UNSCORED | {"value": 7.0},
            "Speed is 7.0 in Q1 FY26",
        ),
        (
            {"unit": "money", "decimals": 0},
            UNSCORED | {"value": 4_825e6},
            "Speed is 4,825 EUR m in Q1 FY26; no target is set",
        ),
    ],
)
def test_a_kpi_is_told_against_its_target(
    facts: dict[str, object], now: dict[str, float], sentence: str
) -> None:
    board = make_board([node("SPEED", **facts)], now={"SPEED": now})

    assert plain(headlines.kpi_headline(board, "SPEED")) == sentence


@pytest.mark.parametrize(
    ("direction", "before", "sentence"),
    [
        ("higher", 70.0, "Speed is 10.0 above the period before, which is better"),
        ("lower", 70.0, "Speed is 10.0 above the period before, which is worse"),
        ("higher", 95.0, "Speed is 15.0 below the period before, which is worse"),
        ("higher", 80.0, "Speed is 80.0, as the period before"),
        ("higher", nan, "Speed is 80.0; there is no figure of the period before"),
    ],
)
def test_a_kpi_is_told_against_its_past(direction: str, before: float, sentence: str) -> None:
    board = make_board(
        [node("SPEED", direction=direction)],
        now={"SPEED": measured(80, 100, 0, 80)},
        before={"SPEED": {"value": before}},
        compare="last-period",
    )

    assert plain(headlines.kpi_headline(board, "SPEED")) == sentence


def company(
    growth: dict[str, float], cash: dict[str, float], top: dict[str, float]
) -> tuple[list[NodeFacts], list[tuple[str, str, float]], Scores]:
    """Make value over growth and cash, each over one KPI."""
    nodes = [objective(code) for code in ("VALUE", "GROWTH", "CASH")]
    nodes += [node("ORDERS"), node("CYCLE", unit="days")]
    links = [
        ("VALUE", "GROWTH", 1.0),
        ("VALUE", "CASH", 3.0),
        ("GROWTH", "ORDERS", 1.0),
        ("CASH", "CYCLE", 1.0),
    ]
    totals = {
        name: scored(one["score"], one["coverage"])
        for name, one in (("GROWTH", growth), ("CASH", cash))
    }
    return nodes, links, {"VALUE": top, "ORDERS": growth, "CYCLE": cash, **totals}


@pytest.mark.parametrize(
    ("growth", "cash", "top", "sentence"),
    [
        (
            measured(60, 100, 0, 60),
            measured(50, 100, 0, 50),
            scored(52.5),
            "Cash holds the strategy back: cycle misses its target by 50.0 days",
        ),
        (
            measured(20, 100, 0, 20),
            measured(95, 100, 0, 95),
            scored(76.25),
            "Growth holds the strategy back: orders misses its target by 80.0",
        ),
        (
            measured(100, 100, 0, 100),
            measured(95, 100, 0, 95),
            scored(96.25),
            "The strategy is on track in Q1 FY26",
        ),
        (
            measured(100, 100, 0, 100),
            UNKNOWN,
            scored(100, 0.25),
            "1 of 2 figures is in for Q1 FY26; too early to tell",
        ),
        (
            measured(100, 100, 0, 100),
            measured(50, 100, 0, 50),
            scored(100, 0.004),
            "< 1 % of the weight has a figure in Q1 FY26; too early to tell",
        ),
    ],
)
def test_the_enterprise_is_told_by_what_costs_it_most(
    growth: dict[str, float], cash: dict[str, float], top: dict[str, float], sentence: str
) -> None:
    board = make_board(*company(growth, cash, top))

    assert plain(headlines.enterprise_headline(board)) == sentence


def test_what_is_too_early_counts_figures_as_the_footer_does() -> None:
    nodes, links, scores = company(UNKNOWN, UNKNOWN, scored(nan, 0.0))
    nodes = [node("STOCK"), node("SALES"), *nodes, node("ORDERS", formula="[STOCK] / [SALES]")]
    board = make_board(nodes, links, {**scores, "STOCK": {"value": 4.0}})

    assert (board.in_count, board.entered_count) == (1, 3)
    assert headlines.enterprise_headline(board) == (
        "1 of 3 figures is in for Q1 FY26; too early to tell"
    )


def test_before_the_first_figure_of_a_period_none_is_in() -> None:
    board = make_board(*company(UNKNOWN, UNKNOWN, scored(nan, 0.0)))

    assert headlines.enterprise_headline(board) == "No figure is in for Q1 FY26 yet"


def test_an_objective_counts_the_figures_that_it_stands_on() -> None:
    nodes, links, scores = company(measured(60, 100, 0, 60), UNKNOWN, scored(60, 0.4))
    nodes = [node("STOCK"), node("DEBT"), *nodes, node("CYCLE", formula="[STOCK] + [DEBT]")]
    nodes.append(node("COVER"))
    more = {"COVER": measured(60, 100, 0, 60), "CASH": scored(60, 0.25), "STOCK": {"value": 1.0}}
    board = make_board(nodes, [*links, ("CASH", "COVER", 0.3)], {**scores, **more})

    assert headlines.objective_headline(board, "CASH") == (
        "2 of 3 figures are in for Q1 FY26; too early to tell"
    )


def test_before_any_figure_nothing_is_told_of_the_strategy() -> None:
    nodes, links, _ = company(UNSCORED, UNSCORED, UNSCORED)

    assert headlines.enterprise_headline(make_board(nodes, links)) == (
        "Nothing is scored for Q1 FY26 yet"
    )


def test_a_period_beyond_the_figures_says_up_to_when_they_are_in() -> None:
    nodes, links, _ = company(UNSCORED, UNSCORED, UNSCORED)
    board = make_board(nodes, links, reporting_on=date(2025, 12, 31))

    assert headlines.enterprise_headline(board) == (
        "Nothing is scored for Q1 FY26 yet: figures are in up to 31 Dec 2025"
    )


def test_missing_points_are_told_by_where_they_are_lost() -> None:
    board = make_board(*company(measured(60, 100, 0, 60), measured(50, 100, 0, 50), scored(52.5)))

    assert headlines.lost_points(board) == (
        "Of the 47.5 points that are missing: Cash 37.5 and Growth 10.0."
    )


@pytest.mark.parametrize(
    ("score", "sentence"),
    [
        (scored(95), "Cash is on track at 95.0"),
        (scored(80), "Cash is at risk at 80.0: cycle misses its target by 50.0 days"),
        (scored(50), "Cash is off track at 50.0: cycle misses its target by 50.0 days"),
        (scored(89.96), "Cash is at risk at 89.9: cycle misses its target by 50.0 days"),
        (scored(50, 0.4), "40 % of the weight has a figure in Q1 FY26; too early to tell"),
        (scored(nan, 0.0), "Cash has no score for Q1 FY26 yet"),
        (
            scored(nan, nan),
            "Cash is not scored for Q1 FY26: nothing beneath it has a target",
        ),
    ],
)
def test_an_objective_is_told_by_its_score_and_its_worst_cause(
    score: dict[str, float], sentence: str
) -> None:
    nodes, links, scores = company(measured(60, 100, 0, 60), measured(50, 100, 0, 50), scored(52.5))

    board = make_board(nodes, links, {**scores, "CASH": score})

    assert plain(headlines.objective_headline(board, "CASH")) == sentence


@pytest.mark.parametrize(
    ("cycle", "sentence"),
    [
        (
            measured(50, 100, 0, 50),
            "Operations scores 52.5: cycle misses its target by 50.0 days",
        ),
        (measured(100, 100, 0, 100), "Operations scores 90.0: orders misses its target by 40.0"),
    ],
)
def test_a_department_is_told_by_what_costs_it_most(cycle: dict[str, float], sentence: str) -> None:
    board = make_board(*company(measured(60, 100, 0, 60), cycle, scored(52.5)))

    assert plain(headlines.department_headline(board, "OPS", "Operations")) == sentence


def test_a_department_without_scored_kpis_says_so() -> None:
    board = make_board(*company(measured(60, 100, 0, 60), measured(50, 100, 0, 50), scored(52.5)))

    assert headlines.department_headline(board, "HR", "People") == (
        "People has no scored KPI in Q1 FY26"
    )


@pytest.mark.parametrize(
    ("facts", "now", "words"),
    [
        (
            {"unit": "days", "direction": "lower"},
            measured(51, 45, 60, 60),
            "60.0 = (51.0 \u2212 60.0) / (45.0 \u2212 60.0):"
            " of the 15.0 days from baseline to target, 9.0 are reached.",
        ),
        (
            {},
            measured(-11, -5, -20, 60),
            "60.0 = (\u221211.0 \u2212 (\u221220.0)) / (\u22125.0 \u2212 (\u221220.0)):"
            " of the 15.0 from baseline to target, 9.0 are reached.",
        ),
        (
            {},
            measured(16, 15, 10, 100, attainment=1.2),
            "100.0 = (16.0 \u2212 10.0) / (15.0 \u2212 10.0): of the 5.0 from baseline to target,"
            " 6.0 are reached. Attainment is 120 %; a score ends at 100.",
        ),
        (
            {},
            measured(8, 15, 10, 0, attainment=-0.4),
            "0.0 = (8.0 \u2212 10.0) / (15.0 \u2212 10.0): of the 5.0 from baseline to target,"
            " \u22122.0 are reached. Attainment is \u221240 %; a score ends at 0.",
        ),
        (
            {"direction": "lower"},
            measured(55, 50, nan, 90),
            "90.0 = 2 \u2212 55.0 / 50.0; no baseline is set, so one is assumed.",
        ),
        (
            {},
            measured(99.2, 99, 99, 100, attainment=1.0),
            "100.0: target and baseline are the same, so it is all or nothing.",
        ),
        (
            {"direction": "band"},
            measured(110, 95, nan, 50, target_high=105),
            "50.0 = 1 \u2212 5.0 / 10.0: the figure lies 5.0 outside the band of 95.0 to 105.0;"
            " at 10.0 outside nothing is left.",
        ),
        (
            {"direction": "band"},
            measured(100, 95, nan, 100, target_high=105),
            "100.0: the figure lies in the band of 95.0 to 105.0.",
        ),
        ({}, UNKNOWN, ""),
    ],
)
def test_attainment_is_written_out(
    facts: dict[str, object], now: dict[str, float], words: str
) -> None:
    board = make_board([node("SPEED", **facts)], now={"SPEED": now})

    assert plain(attainment_words(board, "SPEED")) == words


def test_bounds_name_what_is_missing() -> None:
    nodes, links, scores = company(measured(80, 100, 0, 80), UNKNOWN, scored(80))
    top = scored(80, 0.25)
    board = make_board(nodes, links, {**scores, "VALUE": top | {"low": 20.0, "high": 95.0}})

    assert bounds(board, "VALUE") == "could lie between 20.0 and 95.0 until Cycle is in"


def test_the_bounds_of_a_score_that_is_not_there_are_not_told() -> None:
    board = make_board(*company(UNKNOWN, UNKNOWN, scored(nan, 0.0) | {"low": 0.0, "high": 100.0}))

    assert bounds(board, "VALUE") == ""


@pytest.mark.parametrize(
    ("growth", "cash", "sentence"),
    [
        (60.0, 90.0, "Growth gives away 20.0 points, the most of all"),
        (100.0, 100.0, "Every part gives all it can"),
        (100.0, nan, "Every part with a score gives all it can"),
        (nan, nan, "No part has a score for Q1 FY26 yet"),
    ],
)
def test_parts_are_told_by_what_they_give_away(growth: float, cash: float, sentence: str) -> None:
    nodes, links, scores = company(UNKNOWN, UNKNOWN, scored(nan, 0.0))
    board = make_board(nodes, links, {**scores, "GROWTH": scored(growth), "CASH": scored(cash)})

    assert headlines.parts_sentence(board, [("GROWTH", 0.5), ("CASH", 0.5)]) == sentence


def test_a_single_part_is_not_the_most_of_all() -> None:
    board = make_board(*company(measured(60, 100, 0, 60), UNKNOWN, scored(60)))

    assert headlines.parts_sentence(board, [("GROWTH", 1.0)]) == "Growth gives away 40.0 points"


def plain(text: str) -> str:
    return text.replace("\xa0", " ")
