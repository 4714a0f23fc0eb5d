"""What holds of every cascade, whatever its figures."""

from dataclasses import replace
from math import prod
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpialign.scoring.compute import Workings, compute
from kpialign.scoring.contribution import Weights
from kpialign.scoring.explain import explain
from kpialign.scoring.inputs import ActualArrays, CascadeInput, LinkInput, TargetArrays
from kpialign.scoring.plan import live_links
from kpialign.scoring.reach import reach
from kpialign.scoring.results import QUANTITIES, Results
from tests.scoring.cascades import part_of, random_cascade

SEEDS = st.integers(min_value=0, max_value=2**32)
NOISE = 1e-9


def same_bits(left: Results, right: Results) -> list[str]:
    """Name the quantities in which two results differ in any bit."""
    return [
        name
        for name in (*QUANTITIES, "marks")
        if getattr(left, name).tobytes() != getattr(right, name).tobytes()
    ]


def shuffled(inputs: CascadeInput, seed: int) -> CascadeInput:
    chance = Random(seed)  # noqa: S311 - figures, not secrets
    links = list(inputs.links)
    chance.shuffle(links)
    actuals = np.array(chance.sample(range(len(inputs.actuals.kpi)), len(inputs.actuals.kpi)), int)
    targets = np.array(chance.sample(range(len(inputs.targets.kpi)), len(inputs.targets.kpi)), int)
    return replace(
        inputs,
        links=tuple(links),
        actuals=ActualArrays(*(array[actuals] for array in vars(inputs.actuals).values())),
        targets=TargetArrays(*(array[targets] for array in vars(inputs.targets).values())),
    )


def changed(inputs: CascadeInput, row: int, value: float) -> CascadeInput:
    values = inputs.actuals.value.copy()
    values[row] = value
    return replace(inputs, actuals=replace(inputs.actuals, value=values))


def reached_from(inputs: CascadeInput, nodes: set[str]) -> frozenset[str]:
    keys = [node.key for node in inputs.nodes]
    users: dict[str, list[str]] = {}
    for node, used in Workings(inputs).formulas.uses.items():
        for one in used:
            users.setdefault(keys[one], []).append(keys[node])
    parents: dict[str, list[str]] = {}
    for link in live_links(inputs.nodes, inputs.links):
        parents.setdefault(keys[link.child], []).append(keys[link.parent])
    return reach(nodes=nodes, entities=[], users=users, parents=parents, groups={}).nodes


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_the_bounds_enclose_every_known_score(seed: int) -> None:
    results = compute(random_cascade(seed))
    known = ~np.isnan(results.score)

    assert (results.low[known] <= results.score[known] + NOISE).all()
    assert (results.high[known] >= results.score[known] - NOISE).all()


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_scores_and_coverage_stay_in_their_ranges_and_nothing_is_infinite(seed: int) -> None:
    results = compute(random_cascade(seed))

    for name in QUANTITIES:
        assert not np.isinf(getattr(results, name)).any()
    for name, most in (("score", 100), ("low", 100), ("high", 100), ("coverage", 1 + NOISE)):
        array = getattr(results, name)
        present = array[~np.isnan(array)]
        assert ((present >= 0) & (present <= most)).all()


@given(SEEDS, SEEDS)
@settings(max_examples=30, deadline=None)
def test_a_better_figure_never_takes_a_score_down(seed: int, other: int) -> None:
    inputs = random_cascade(seed, formulas=False)
    higher = [
        row
        for row, node in enumerate(inputs.actuals.kpi.tolist())
        if inputs.nodes[node].kpi.direction == "higher"
    ]
    if not higher:
        return
    row = higher[other % len(higher)]

    before = compute(inputs).score
    after = compute(changed(inputs, row, inputs.actuals.value[row] + 5)).score

    known = ~np.isnan(before)
    assert (np.isnan(after) == np.isnan(before)).all()
    assert (after[known] >= before[known] - NOISE).all()


@given(SEEDS, st.sampled_from([0.125, 4.0, 1024.0]))
@settings(max_examples=20, deadline=None)
def test_weights_scaled_alike_change_nothing(seed: int, factor: float) -> None:
    inputs = random_cascade(seed)
    links = tuple(LinkInput(one.parent, one.child, one.weight * factor) for one in inputs.links)

    assert same_bits(compute(inputs), compute(replace(inputs, links=links))) == []


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_is_irrelevant(seed: int) -> None:
    inputs = random_cascade(seed)

    assert same_bits(compute(inputs), compute(shuffled(inputs, seed))) == []


@given(SEEDS, SEEDS, st.floats(min_value=1, max_value=20))
@settings(max_examples=60, deadline=None)
def test_an_incremental_recompute_gives_the_bits_of_a_full_one(
    seed: int, other: int, value: float
) -> None:
    before = random_cascade(seed)
    if not before.actuals.kpi.size:
        return
    row = other % before.actuals.kpi.size
    after = changed(before, row, value)
    affected = reached_from(after, {after.nodes[after.actuals.kpi[row]].key})

    full = compute(after)
    part = compute(part_of(after, affected), affected=affected, known=compute(before))

    old = compute(before)
    for node, key in enumerate(full.nodes):
        source, position = (part, part.nodes.index(key)) if key in affected else (old, node)
        for name in (*QUANTITIES, "marks"):
            wanted = getattr(full, name)[:, node].tobytes()
            assert getattr(source, name)[:, position].tobytes() == wanted, (key, name)


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_the_parts_of_an_explanation_give_its_score(seed: int) -> None:
    inputs = random_cascade(seed)
    results = compute(inputs)
    workings = Workings(inputs)
    for node in range(len(inputs.nodes)):
        for column in (5, 15, 24, 31, 33):
            explained = explain(inputs, results, 0, node, column, workings=workings)
            products = [term.product for term in explained.terms]
            if products:
                whole = prod(products) if explained.how == "geometric" else sum(products)
                assert explained.score == pytest.approx(whole, abs=NOISE)
            if explained.actual is not None:
                value = results.value[0, node, column]
                assert explained.actual.value == (None if np.isnan(value) else value)


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_effective_weights_of_the_leaves_sum_to_one(seed: int) -> None:
    inputs = random_cascade(seed)
    results = compute(inputs)
    links = live_links(inputs.nodes, inputs.links)
    weights = Weights(inputs, results, 0, slice(None))
    for top in range(3):
        effective = weights.effective([top])
        scored = ~np.isnan(results.coverage[0])
        passing = np.zeros_like(scored)
        for link in links:
            passing[link.parent] |= scored[link.child]
        passing &= np.isnan(results.target[0])
        leaves = np.where(passing, 0.0, effective)

        assert np.allclose(leaves.sum(axis=0)[scored[top]], 1.0)
