"""The one summation of scores: blocks of parents whose children's terms are added in order."""

from dataclasses import dataclass

import numpy as np

from kpialign.scoring.arrays import BoolArray, FloatArray, IntArray
from kpialign.scoring.inputs import Aggregation

MAX_SCORE = 100.0


@dataclass(frozen=True, eq=False)
class Fold:
    """Some parents of one aggregation, with their links one after the other, children by code.

    `start` holds the position of each parent's first link; `weight` is a column.
    """

    aggregation: Aggregation
    parents: IntArray
    start: IntArray
    children: IntArray
    weight: FloatArray


def added(terms: FloatArray, fold: Fold) -> FloatArray:
    """Add up each parent's terms; nothing else adds up scores, so that bits never differ."""
    total: FloatArray = np.add.reduceat(terms, fold.start, axis=0)
    return total


def any_of(flags: BoolArray, fold: Fold) -> BoolArray:
    """Tell of each parent whether any of its children's flags is set."""
    found: BoolArray = np.logical_or.reduceat(flags, fold.start, axis=0)
    return found


def aggregated(scores: FloatArray, taken: BoolArray, fold: Fold) -> FloatArray:
    """Aggregate the taken children's scores, weights renormalised among them; NaN without any.

    A roll-up is cut to 0 to 100, against float noise.
    """
    with np.errstate(all="ignore"):
        if fold.aggregation == "weakest":
            least = np.minimum.reduceat(np.where(taken, scores, np.inf), fold.start, axis=0)
            return np.where(np.isinf(least), np.nan, least)
        if fold.aggregation == "geometric":
            scores = np.log(scores)
        weighted = added(fold.weight * np.where(taken, scores, 0.0), fold)
        mean = weighted / added(fold.weight * taken, fold)
        if fold.aggregation == "geometric":
            mean = np.exp(mean)
        return np.minimum(np.maximum(mean, 0.0), MAX_SCORE)


def covered(coverage: FloatArray, scored: BoolArray, fold: Fold) -> FloatArray:
    """Give the share of weight that is covered, NaN where no child is scored."""
    with np.errstate(invalid="ignore"):
        weighted = added(fold.weight * np.where(scored, coverage, 0.0), fold)
        return weighted / added(fold.weight * scored, fold)
