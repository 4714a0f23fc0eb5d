"""Parents take their scores from children; results, drivers, archived nodes and loops."""

from math import isnan

import pytest

from kpialign.scoring.compute import compute
from kpialign.scoring.contribution import effective_weights, influence, top_level
from kpialign.scoring.inputs import CascadeInput, KpiInput, Length, LinkInput, NodeInput
from kpialign.scoring.plan import LinkLoopError
from kpialign.scoring.results import Mark
from tests.scoring.cascades import NAN, cascade

KPI = KpiInput(Length.MONTH, "higher", "sum", "none")


def scored(
    nodes: list[NodeInput],
    links: list[tuple[int, int, float]],
    figures: dict[int, float | None],
    submitted: frozenset[int] = frozenset(),
) -> CascadeInput:
    """Give KPIs a target of 100 from 0, and a figure where one is given."""
    actuals = [
        (node, 0, 0, value, node in submitted)
        for node, value in figures.items()
        if value is not None
    ]
    targets = [(node, 0, 0, 0, 0.0, 100.0, NAN, NAN) for node in figures]
    return cascade(nodes, [LinkInput(*link) for link in links], actuals=actuals, targets=targets)


RESULT = [NodeInput("A"), NodeInput("B", KPI), NodeInput("C", KPI), NodeInput("D", KPI)]
RESULT_LINKS = [(0, 1, 1.0), (1, 2, 2.0), (1, 3, 1.0)]


def test_a_result_rolls_up_and_its_drivers_stand_beside_it() -> None:
    results = compute(scored(RESULT, RESULT_LINKS, {1: 30.0, 2: 90.0, 3: 60.0}))

    assert results.score[0, 0, 0] == 30
    assert results.driver[0, 1, 0] == 80
    assert isnan(results.driver[0, 0, 0])


def test_a_kpi_without_a_target_passes_its_driver_score_up() -> None:
    results = compute(scored(RESULT, RESULT_LINKS, {2: 90.0, 3: 60.0}))

    assert results.score[0, :2, 0].tolist() == [80, 80]


def test_drivers_do_not_stand_in_for_a_result_without_a_figure() -> None:
    results = compute(scored(RESULT, RESULT_LINKS, {1: None, 2: 90.0, 3: 60.0}))

    assert isnan(results.score[0, 0, 0])
    assert results.coverage[0, 0, 0] == 0
    assert results.driver[0, 1, 0] == 80


def test_effective_weight_stops_at_a_result_and_influence_goes_on() -> None:
    inputs = scored(RESULT, RESULT_LINKS, {1: 30.0, 2: 90.0, 3: 60.0})
    results = compute(inputs)

    assert effective_weights(inputs, results, 0, 0, 0) == {0: 1, 1: 1}
    assert influence(inputs, results, 0, 0, 0) == pytest.approx({0: 1, 1: 1, 2: 2 / 3, 3: 1 / 3})


def test_an_archived_node_leaves_every_sum_and_its_links_carry_nothing() -> None:
    nodes = [*RESULT[:3], NodeInput("D", KPI, archived=True)]
    results = compute(scored(nodes, RESULT_LINKS, {2: 90.0, 3: 60.0}))
    gone = [RESULT[0], NodeInput("B", KPI, archived=True), *RESULT[2:]]

    assert results.score[0, 0, 0] == 90
    assert isnan(results.coverage[0, 3, 0])
    assert results.value[0, 3, 0] == 60
    assert isnan(compute(scored(gone, RESULT_LINKS, {2: 90.0, 3: 60.0})).coverage[0, 0, 0])


def test_top_level_objectives_have_no_active_parent() -> None:
    nodes = [NodeInput("A", archived=True), NodeInput("B"), NodeInput("C"), NodeInput("K", KPI)]
    inputs = scored(nodes, [(0, 1, 1.0), (1, 2, 1.0)], {3: 1.0})

    assert top_level(inputs) == [1]


def test_a_score_is_provisional_by_the_children_whose_score_is_known() -> None:
    links = [(0, 1, 1.0), (0, 2, 1.0)]
    nodes = RESULT[:3]

    def is_provisional(submitted: int) -> bool:
        inputs = scored(nodes, links, {1: 30.0, 2: None}, frozenset({submitted}))
        return bool(compute(inputs).marks[0, 0, 0] & Mark.PROVISIONAL)

    assert is_provisional(1)
    assert not is_provisional(2)


def test_links_in_a_loop_are_refused_with_their_path() -> None:
    with pytest.raises(LinkLoopError, match="B <- C <- B"):
        compute(scored(RESULT, [(1, 2, 1.0), (2, 1, 1.0)], {3: 1.0}))


def test_nothing_reached_is_nothing_in_a_geometric_parent_despite_the_noise_of_decimals() -> None:
    average = KpiInput(Length.MONTH, "higher", "average", "none")
    nodes = [NodeInput("A", None, "geometric"), NodeInput("B", average), NodeInput("C", average)]
    actuals = [(1, 0, month, value, False) for month, value in enumerate((0.7, 0.7, 1.0))]
    actuals += [(2, 0, month, 9.0, False) for month in range(3)]
    targets = [(1, 0, 0, month, 0.8, 2.0, NAN, NAN) for month in range(3)]
    targets += [(2, 0, 0, month, 0.0, 10.0, NAN, NAN) for month in range(3)]
    links = [LinkInput(0, 1, 1.0), LinkInput(0, 2, 9.0)]

    results = compute(cascade(nodes, links, actuals=actuals, targets=targets))

    assert results.score[0, 0, 24] == 0
