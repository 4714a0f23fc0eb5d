"""How much a node counts in an ancestor's score, and how much it moves it in the end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kpialign.scoring.arrays import FloatArray
from kpialign.scoring.inputs import CascadeInput
from kpialign.scoring.kernel import Fold
from kpialign.scoring.plan import live_links, roll_up_plan
from kpialign.scoring.results import Results


@dataclass(frozen=True, eq=False)
class DepartmentScore:
    """A department's score and coverage in every column, NaN where it has no scored KPI."""

    score: FloatArray
    coverage: FloatArray


class Weights:
    """The weights of nodes beneath others, at one entity and in some columns."""

    def __init__(self, inputs: CascadeInput, results: Results, entity: int, columns: slice) -> None:
        """Order the links from the top down."""
        self._inputs = inputs
        links = live_links(inputs.nodes, inputs.links)
        self._folds = list(reversed(roll_up_plan(inputs.nodes, links)))
        self._scored = ~np.isnan(results.coverage[entity, :, columns])
        self._has_result = ~np.isnan(results.target[entity, :, columns])

    def effective(self, ancestors: Sequence[int]) -> FloatArray:
        """Give [node, column] weights that stop at KPIs with a target in force."""
        return self._spread(ancestors, through_results=False)

    def influence(self, ancestors: Sequence[int]) -> FloatArray:
        """Give [node, column] weights that go on through KPIs with a target in force."""
        return self._spread(ancestors, through_results=True)

    def _spread(self, ancestors: Sequence[int], *, through_results: bool) -> FloatArray:
        weights = np.zeros(self._scored.shape)
        weights[list(ancestors)] = 1.0
        for fold in self._folds:
            passed = weights[fold.parents]
            if not through_results:
                passed = np.where(self._has_result[fold.parents], 0.0, passed)
            if passed.any():
                np.add.at(weights, fold.children, self._shares(fold, passed))
        return weights

    def _shares(self, fold: Fold, passed: FloatArray) -> FloatArray:
        weighed = fold.weight * self._scored[fold.children]
        ends = np.append(fold.start[1:], len(fold.children))
        counts = ends - fold.start
        whole = np.repeat(np.add.reduceat(weighed, fold.start, axis=0), counts, axis=0)
        share = np.divide(weighed, whole, out=np.zeros_like(weighed), where=whole > 0)
        spread: FloatArray = share * np.repeat(passed, counts, axis=0)
        return spread


def effective_weights(
    inputs: CascadeInput, results: Results, entity: int, column: int, ancestor: int
) -> dict[int, float]:
    """Give the effective weight of every node that counts in an ancestor's score, itself with 1."""
    weights = Weights(inputs, results, entity, slice(column, column + 1))
    return _counted(weights.effective([ancestor]))


def influence(
    inputs: CascadeInput, results: Results, entity: int, column: int, ancestor: int
) -> dict[int, float]:
    """Give the influence of every node beneath an ancestor on it, its own being 1."""
    weights = Weights(inputs, results, entity, slice(column, column + 1))
    return _counted(weights.influence([ancestor]))


def top_level(inputs: CascadeInput) -> list[int]:
    """List the active objectives without a link from an active parent."""
    beneath = {link.child for link in live_links(inputs.nodes, inputs.links)}
    return [
        position
        for position, node in enumerate(inputs.nodes)
        if node.kpi is None and not node.archived and position not in beneath
    ]


def department_scores(
    inputs: CascadeInput,
    results: Results,
    departments: Sequence[str | None],
    *,
    entity: int,
    ancestor: int | None = None,
    weights: Weights | None = None,
) -> dict[str, DepartmentScore]:
    """Give the score of each department at an entity, in all columns.

    `departments` names the department of every node. The scores are of its own scored KPIs beneath
    the ancestor, or beneath all top-level objectives, which count equally. Who asks for many
    ancestors orders the links once and passes the weights of the entity in all columns.
    """
    weights = weights or Weights(inputs, results, entity, slice(None))
    ancestors = top_level(inputs) if ancestor is None else [ancestor]
    beneath = weights.influence(ancestors)
    rows: dict[str, list[int]] = {}
    for position, (node, department) in enumerate(zip(inputs.nodes, departments, strict=True)):
        if node.kpi is not None and department is not None and position not in ancestors:
            rows.setdefault(department, []).append(position)
    return {
        department: _mean(
            beneath[some], results.score[entity, some], results.coverage[entity, some]
        )
        for department, some in sorted(rows.items())
    }


def _mean(weight: FloatArray, score: FloatArray, coverage: FloatArray) -> DepartmentScore:
    known, scored = ~np.isnan(score), ~np.isnan(coverage)
    with np.errstate(invalid="ignore"):
        scores = _total(weight * np.where(known, score, 0.0)) / _total(weight * known)
        covered = _total(weight * np.where(scored, coverage, 0.0)) / _total(weight * scored)
    return DepartmentScore(scores, covered)


def _total(terms: FloatArray) -> FloatArray:
    total: FloatArray = np.add.reduceat(terms, [0], axis=0)[0]
    return total


def _counted(weights: FloatArray) -> dict[int, float]:
    return {int(node): float(weights[node, 0]) for node in np.flatnonzero(weights[:, 0])}
