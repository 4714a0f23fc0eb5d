"""From the scores of children to the scores of their parents."""

from collections.abc import Iterable

import numpy as np

from kpialign.scoring.arrays import BoolArray
from kpialign.scoring.kernel import MAX_SCORE, Fold, aggregated, any_of, covered
from kpialign.scoring.results import Mark, Results


def roll_up(results: Results, folds: Iterable[Fold], is_kpi: BoolArray) -> None:
    """Fill in the scores of every parent, in place, from the own scores of KPIs.

    A KPI that is scored by a target of its own keeps its result, and gets its children's aggregate
    as its driver score.
    """
    for fold in folds:
        for entity in range(len(results.entities)):
            _fold_entity(results, fold, is_kpi, entity)


def _fold_entity(results: Results, fold: Fold, is_kpi: BoolArray, entity: int) -> None:
    children, parents = fold.children, fold.parents
    score = results.score[entity, children]
    coverage = results.coverage[entity, children]
    marks = results.marks[entity, children]
    scored, known = ~np.isnan(coverage), ~np.isnan(score)
    rolled = {
        "score": aggregated(score, known, fold),
        "coverage": covered(coverage, scored, fold),
        "low": aggregated(results.low[entity, children], scored, fold),
        "high": aggregated(results.high[entity, children], scored, fold),
    }
    driven = is_kpi[parents][:, None]
    results.driver[entity, parents] = np.where(driven, rolled["score"], np.nan)
    without_result = np.isnan(results.coverage[entity, parents])
    for name, found in rolled.items():
        array = getattr(results, name)[entity]
        array[parents] = np.where(without_result, found, array[parents])
    resting = any_of(known & ((marks & Mark.PROVISIONAL) != 0), fold)
    flag = np.where(without_result & resting, Mark.PROVISIONAL, 0).astype(np.uint8)
    results.marks[entity, parents] |= flag


def set_own_bounds(results: Results) -> None:
    """Bound the nodes scored so far: by their score, or by 0 and 100 where it is unknown."""
    scored, known = ~np.isnan(results.coverage), ~np.isnan(results.score)
    results.low[:] = np.where(known, results.score, np.where(scored, 0.0, np.nan))
    results.high[:] = np.where(known, results.score, np.where(scored, MAX_SCORE, np.nan))
