"""Groups take figures and targets from the members that take part."""

from dataclasses import replace
from math import isnan

import numpy as np

from kpialign.scoring.compute import compute
from kpialign.scoring.inputs import EntityInput, KpiInput, Length, NodeInput
from kpialign.scoring.results import Mark, Results
from tests.scoring.cascades import NAN, cascade

SUM = KpiInput(Length.MONTH, "higher", "sum", "sum")
GROUP, NORTH, SOUTH = range(3)
ENTITIES = (
    EntityInput("GROUP", -1, "EUR"),
    EntityInput("NORTH", GROUP, "EUR"),
    EntityInput("SOUTH", GROUP, "EUR"),
)


def results_of(
    actuals: list[tuple[int, int, float]],
    *,
    kpi: KpiInput = SUM,
    targets: list[tuple[int, int, float, float]] | None = None,
    entities: tuple[EntityInput, ...] = ENTITIES,
) -> Results:
    figures = [(0, entity, month, value, False) for entity, month, value in actuals]
    rows = [
        (0, entity, 0, month, baseline, target, NAN, NAN)
        for entity, month, baseline, target in targets or []
    ]
    return compute(cascade([NodeInput("K", kpi)], actuals=figures, targets=rows, entities=entities))


def test_a_group_is_the_sum_of_its_members() -> None:
    results = results_of([(NORTH, 0, 1.0), (SOUTH, 0, 2.0)])

    assert results.value[GROUP, 0, 0] == 3
    assert results.marks[GROUP, 0, 0] & Mark.CONSOLIDATED
    assert results.marks[NORTH, 0, 0] & Mark.ENTERED


def test_a_figure_entered_at_the_group_wins() -> None:
    assert results_of([(NORTH, 0, 1.0), (GROUP, 0, 9.0)]).value[GROUP, 0, 0] == 9


def test_a_member_without_a_figure_leaves_the_group_without_one() -> None:
    results = results_of([(NORTH, 0, 1.0), (SOUTH, 0, 2.0), (NORTH, 1, 1.0)])

    assert isnan(results.value[GROUP, 0, 1])


def test_a_member_takes_part_from_its_first_figure_or_target() -> None:
    by_figure = results_of([(NORTH, 0, 1.0), (NORTH, 1, 1.0), (SOUTH, 1, 2.0)])
    by_target = results_of([(NORTH, 0, 1.0)], targets=[(SOUTH, 0, 0.0, 5.0)])

    assert by_figure.value[GROUP, 0, 0] == 1
    assert by_figure.value[GROUP, 0, 1] == 3
    assert isnan(by_target.value[GROUP, 0, 0])


def test_with_a_list_of_entities_each_takes_part_from_the_beginning() -> None:
    listed = replace(SUM, reported_at=(NORTH, SOUTH))

    assert isnan(results_of([(NORTH, 0, 1.0), (SOUTH, 1, 2.0)], kpi=listed).value[GROUP, 0, 0])


def test_a_sold_member_takes_no_part_any_more() -> None:
    sold = (*ENTITIES[:2], replace(ENTITIES[SOUTH], active_to=0))
    results = results_of(
        [(NORTH, 0, 1.0), (SOUTH, 0, 2.0), (NORTH, 1, 1.0)],
        targets=[(SOUTH, 1, 0.0, 5.0)],
        entities=sold,
    )

    assert results.value[GROUP, 0, 1] == 1
    assert isnan(results.value[SOUTH, 0, 1])
    assert isnan(results.coverage[SOUTH, 0, 1])


def test_a_group_without_a_target_gets_the_sum_of_its_members() -> None:
    figures = [(NORTH, 0, 1.0), (SOUTH, 0, 2.0)]
    both = results_of(figures, targets=[(NORTH, 0, 1.0, 4.0), (SOUTH, 0, 2.0, 6.0)])
    half = results_of(figures, targets=[(NORTH, 0, NAN, 4.0), (SOUTH, 0, 2.0, 6.0)])
    one = results_of(figures, targets=[(NORTH, 0, 1.0, 4.0)])
    own = results_of(figures, targets=[(NORTH, 0, 1.0, 4.0), (GROUP, 0, NAN, NAN)])

    assert (both.target[GROUP, 0, 0], both.baseline[GROUP, 0, 0]) == (10, 3)
    assert half.target[GROUP, 0, 0] == 10
    assert isnan(half.baseline[GROUP, 0, 0])
    assert isnan(one.target[GROUP, 0, 0])
    assert isnan(own.coverage[GROUP, 0, 0])


def test_the_average_is_over_those_that_take_part() -> None:
    average = replace(SUM, entity_rollup="average")
    results = results_of([(NORTH, 0, 1.0), (NORTH, 1, 1.0), (SOUTH, 1, 4.0)], kpi=average)

    assert results.value[GROUP, 0, 0] == 1
    assert results.value[GROUP, 0, 1] == 2.5


def test_a_group_with_the_rule_none_has_only_what_was_entered() -> None:
    none = replace(SUM, entity_rollup="none")

    assert isnan(results_of([(NORTH, 0, 1.0)], kpi=none).value[GROUP, 0, 0])


def test_a_provisional_member_makes_the_group_provisional() -> None:
    figures = [(0, NORTH, 0, 1.0, True), (0, SOUTH, 0, 2.0, False)]
    rows = [(0, entity, 0, 0, 0.0, 10.0, NAN, NAN) for entity in (NORTH, SOUTH)]
    results = compute(
        cascade([NodeInput("K", SUM)], actuals=figures, targets=rows, entities=ENTITIES)
    )

    provisional = results.marks[:, 0, 0] & Mark.PROVISIONAL
    assert np.flatnonzero(provisional).tolist() == [GROUP, NORTH]
