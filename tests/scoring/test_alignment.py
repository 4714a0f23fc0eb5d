"""Alignment comes out as docs/scoring.md says, for any cascade between 0 and 100."""

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpialign.scoring import alignment
from kpialign.scoring.aligned import (
    Shape,
    Standing,
    component_scores,
    everything,
    of_department,
    of_objective,
)
from kpialign.scoring.inputs import KpiInput, Length, LinkInput, NodeInput
from tests.scoring.tables import Row, number, table

KPI = KpiInput(Length.MONTH, "higher", "sum", "none")
SCORES = st.one_of(st.just(nan), st.floats(0, 100))
COMPONENT_SCORES = st.fixed_dictionaries(dict.fromkeys(alignment.COMPONENTS, SCORES))
POSITIVE = st.floats(0.01, 100)
WEIGHTS = st.fixed_dictionaries(dict.fromkeys(alignment.COMPONENTS, POSITIVE))


def numbers(text: str) -> list[float]:
    return [number(one.strip()) for one in text.split(",")]


def same(found: float, wanted: str) -> bool:
    return isnan(found) if isnan(number(wanted)) else found == pytest.approx(number(wanted))


@pytest.mark.parametrize("row", table("KPIs", "of these with a path"), ids=str)
def test_a_row_of_linkage(row: Row) -> None:
    kpis, linked = range(int(row["KPIs"])), range(int(row["of these with a path"]))

    assert same(alignment.linkage(kpis, linked), row["linkage"])
    assert same(alignment.financial_linkage(kpis, (), linked), row["linkage"])


@pytest.mark.parametrize("row", table("influence", "current"), ids=str)
def test_a_row_of_freshness(row: Row) -> None:
    current = np.array([one.strip() == "yes" for one in row["current"].split(",")])

    found = alignment.freshness(np.array(numbers(row["influence"])), current)

    assert same(found, row["freshness"])


@pytest.mark.parametrize("row", table("numbers of KPIs", "limits"), ids=str)
def test_a_row_of_focus(row: Row) -> None:
    loads = zip(numbers(row["numbers of KPIs"]), numbers(row["limits"]), strict=True)

    assert same(alignment.focus([(int(n), int(limit)) for n, limit in loads]), row["focus"])


@pytest.mark.parametrize("row", table("shares under their parents", "decisiveness"), ids=str)
def test_a_row_of_decisiveness(row: Row) -> None:
    found = alignment.decisiveness(numbers(row["shares under their parents"]))

    assert same(found, row["decisiveness"])


@pytest.mark.parametrize("row", table("results", "driver scores"), ids=str)
def test_a_row_of_consistency(row: Row) -> None:
    results, drivers = (np.array(numbers(row[name])) for name in ("results", "driver scores"))

    assert same(alignment.consistency(results, drivers), row["consistency"])


@pytest.mark.parametrize("row", table("components", "their weights"), ids=str)
def test_a_row_of_alignment(row: Row) -> None:
    names = alignment.COMPONENTS
    scores = dict(zip(names, numbers(row["components"]), strict=False))
    weights = dict(zip(names, numbers(row["their weights"]), strict=False))

    assert same(alignment.alignment(scores, weights), row["alignment"])


@given(COMPONENT_SCORES, WEIGHTS)
def test_alignment_lies_between_its_worst_and_its_best_component(
    scores: dict[str, float], weights: dict[str, float]
) -> None:
    known = [max(score, 1.0) for score in scores.values() if not isnan(score)]

    found = alignment.alignment(scores, weights)

    if known:
        assert min(known) - 1e-9 <= found <= max(known) + 1e-9
    else:
        assert isnan(found)


@given(COMPONENT_SCORES, WEIGHTS, POSITIVE)
def test_weights_scaled_alike_change_nothing(
    scores: dict[str, float], weights: dict[str, float], times: float
) -> None:
    scaled = {name: weight * times for name, weight in weights.items()}

    found, other = (alignment.alignment(scores, some) for some in (weights, scaled))

    assert found == pytest.approx(other, nan_ok=True)


@given(COMPONENT_SCORES, st.sampled_from(alignment.COMPONENTS), st.floats(0, 100))
def test_a_component_that_rises_never_lowers_alignment(
    scores: dict[str, float], name: str, better: float
) -> None:
    if isnan(scores[name]):
        return
    raised = scores | {name: max(scores[name], better)}

    assert alignment.alignment(raised) >= alignment.alignment(scores) - 1e-9


def test_a_weight_of_nothing_leaves_its_component_out() -> None:
    scores = {"linkage": 100.0, "focus": 25.0}

    assert alignment.alignment(scores, {"focus": 0.0}) == pytest.approx(100.0)
    assert isnan(alignment.alignment(scores, {"focus": 0.0, "linkage": 0.0}))


NODES = [
    NodeInput("A"),  # 0: over K and the result R
    NodeInput("B"),  # 1: over R alone
    NodeInput("K", KPI),  # 2
    NodeInput("LOOSE", KPI),  # 3
    NodeInput("R", KPI),  # 4: uses the line and the feeder
    NodeInput("feeder", KPI),  # 5: linked by the formula alone
    NodeInput("line", KPI),  # 6: a pure input
    NodeInput("old", KPI, archived=True),  # 7
]
SHAPE = Shape(
    nodes=NODES,
    links=[
        LinkInput(0, 2, 99.0),
        LinkInput(0, 4, 1.0),
        LinkInput(1, 4, 1.0),
        LinkInput(0, 7, 5.0),
    ],
    uses={4: [5, 6]},
    pure_inputs=frozenset({6}),
    financial=frozenset({1}),
    departments=[None, "OPS", "OPS", "OPS", "FIN", "FIN", "FIN", "OPS"],
    kpis_per_objective=1,
    kpis_per_department=2,
)
STANDING = Standing(
    influence=np.array([1.0, 1.0, 0.6, 0.0, 0.4, 0.0, 0.0, 0.0]),
    current=np.array([True, True, True, True, False, True, True, True]),
    result=np.array([nan, nan, 80.0, nan, 40.0, nan, nan, nan]),
    driver=np.array([90.0, 90.0, nan, nan, 60.0, nan, nan, nan]),
)


def rounded(scores: dict[str, float]) -> dict[str, float]:
    return {name: round(score, 6) for name, score in scores.items() if not isnan(score)}


def test_everything_is_looked_at_for_the_enterprise() -> None:
    found = component_scores(SHAPE, everything(SHAPE), STANDING)

    assert rounded(found) == {
        "linkage": 75.0,  # K, R and the feeder of K, LOOSE, R, feeder
        "financial_linkage": 50.0,  # R and the feeder, through B
        "freshness": 60.0,
        "focus": 87.5,  # A 2 of 1, B 1 of 1, OPS 2 of 2, FIN 2 of 2
        "decisiveness": 66.666667,  # R beneath A weighs 1 %
        "consistency": 80.0,
    }


def test_an_objective_takes_what_leads_up_to_it() -> None:
    found = component_scores(SHAPE, of_objective(SHAPE, 1), STANDING)

    assert rounded(found) == {
        "linkage": 100.0,
        "financial_linkage": 100.0,
        "freshness": 0.0,
        "focus": 100.0,
        "decisiveness": 100.0,
        "consistency": 80.0,
    }


def test_a_department_takes_its_own_kpis_and_the_links_by_which_they_count() -> None:
    found = component_scores(SHAPE, of_department(SHAPE, "OPS"), STANDING)

    assert rounded(found) == {
        "linkage": 50.0,
        "financial_linkage": 0.0,
        "freshness": 100.0,
        "focus": 100.0,  # B with one KPI, the department with two
        "decisiveness": 100.0,
    }


def test_an_archived_parent_links_nothing() -> None:
    nodes = [NodeInput("A", archived=True), NodeInput("K", KPI)]
    shape = Shape(nodes, [LinkInput(0, 1, 1.0)], {}, frozenset(), frozenset({0}), [None, "OPS"])
    nothing = Standing(*(np.full(2, value) for value in (0.0, False, nan, nan)))

    found = component_scores(shape, everything(shape), nothing)

    assert rounded(found) == {"linkage": 0.0, "financial_linkage": 0.0, "focus": 100.0}


def test_of_an_empty_cascade_nothing_can_be_computed() -> None:
    shape = Shape([], [], {}, frozenset(), frozenset(), [])
    nothing = Standing(*(np.zeros(0, dtype=kind) for kind in (float, bool, float, float)))

    found = component_scores(shape, everything(shape), nothing)

    assert isnan(alignment.alignment(found))
    assert rounded(found) == {}
