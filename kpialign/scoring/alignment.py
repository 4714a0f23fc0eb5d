"""Whether a cascade deserves trust: one component a function, and what they come to together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import isnan, nan

import numpy as np

from kpialign.scoring.arrays import BoolArray, FloatArray

COMPONENTS = (
    "linkage",
    "financial_linkage",
    "freshness",
    "focus",
    "decisiveness",
    "consistency",
    "evidence",
    "harmony",
)
# What rests on statistics of long histories, which the product does not work out yet.
NOT_YET = ("evidence", "harmony")
LEAST_SHARE = 0.02
FLOOR, ALL = 1.0, 100.0


def linkage(kpis: Collection[int], linked: Collection[int]) -> float:
    """Give the share of active KPIs from which a path leads up to an active objective.

    >>> linkage([1, 2, 3, 4], [1, 2, 3])
    75.0
    """
    return _share(sum(one in linked for one in kpis), len(kpis))


def financial_linkage(
    kpis: Iterable[int], financial: Collection[int], to_financial: Collection[int]
) -> float:
    """Give the share of non-financial KPIs from which a path leads up to a financial node.

    >>> financial_linkage([1, 2, 3, 4, 5], [1], [1, 2, 3, 4])
    75.0
    """
    others = [one for one in kpis if one not in financial]
    return _share(sum(one in to_financial for one in others), len(others))


def freshness(influence: FloatArray, current: BoolArray) -> float:
    """Give the share of influence that stands on KPIs with a current actual.

    >>> freshness(np.array([0.5, 0.3, 0.2]), np.array([True, True, False]))
    80.0
    """
    return _share(float(influence[current].sum()), float(influence.sum()))


def focus(loads: Sequence[tuple[int, int]]) -> float:
    """Give the mean of how far the numbers of KPIs keep to their limits: (number, limit).

    >>> focus([(5, 7), (14, 7), (16, 12)])
    75.0
    """
    if not loads:
        return nan
    return sum(within_limit(count, limit) for count, limit in loads) / len(loads)


def within_limit(count: int, limit: int) -> float:
    """Give 100 up to the limit, and beyond it the limit's share of the number.

    >>> within_limit(7, 7), within_limit(14, 7)
    (100.0, 50.0)
    """
    return ALL * min(1.0, limit / count) if count else ALL


def decisiveness(shares: Sequence[float]) -> float:
    """Give the share of links whose normalised weight is at least two per cent.

    >>> decisiveness([0.01, 0.02, 0.47, 0.5])
    75.0
    """
    return _share(sum(not is_dead_weight(share) for share in shares), len(shares))


def is_dead_weight(share: float) -> bool:
    """Tell whether a link counts for too little to be worth reporting.

    >>> is_dead_weight(0.019), is_dead_weight(0.02)
    (True, False)
    """
    return share < LEAST_SHARE


def consistency(result: FloatArray, driver: FloatArray) -> float:
    """Give 100 less the mean gap between result and driver score, over KPIs that have both.

    >>> consistency(np.array([100.0, 40.0, 50.0]), np.array([90.0, 60.0, np.nan]))
    85.0
    """
    gaps = np.abs(result - driver)
    known = gaps[~np.isnan(gaps)]
    return ALL - float(known.mean()) if known.size else nan


def alignment(scores: Mapping[str, float], weights: Mapping[str, float] | None = None) -> float:
    """Give the weighted geometric mean of the components that are known, each at least 1.

    >>> round(alignment({"linkage": 100.0, "focus": 25.0, "evidence": nan}), 9)
    50.0
    >>> round(alignment({"linkage": 16.0, "focus": 81.0}, {"linkage": 3.0, "focus": 1.0}), 9)
    24.0
    >>> round(alignment({"linkage": 0.0, "focus": 100.0}), 9)
    10.0
    """
    counted = weights_of(scores, weights or {})
    if not counted:
        return nan
    logs = [weight * float(np.log(max(scores[name], FLOOR))) for name, weight in counted.items()]
    return min(float(np.exp(sum(logs))), ALL)


def weights_of(scores: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """Give the weights of the known components, which sum to 1; a weight not given is 1.

    >>> weights_of({"linkage": 80.0, "focus": 50.0, "evidence": nan}, {"focus": 3.0})
    {'linkage': 0.25, 'focus': 0.75}
    """
    asked = {name: weights.get(name, 1.0) for name, score in scores.items() if not isnan(score)}
    whole = sum(asked.values())
    return {name: weight / whole for name, weight in asked.items() if weight > 0}


def _share(part: float, whole: float) -> float:
    return ALL * part / whole if whole else nan
