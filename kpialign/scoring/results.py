"""What the scoring core gives back: one array per quantity over entities, nodes and columns."""

from dataclasses import dataclass
from enum import IntFlag

import numpy as np

from kpialign.scoring.arrays import FloatArray, MarkArray
from kpialign.scoring.inputs import Calendar


class Mark(IntFlag):
    """What is to be said beside a value or score.

    PROVISIONAL is the score's, and not set where it is unknown; VALUE_PROVISIONAL the value's.
    """

    PROVISIONAL = 1
    TO_DATE = 2
    BASELINE_ASSUMED = 4
    ENTERED = 8
    CONSOLIDATED = 16
    HELD = 32
    VALUE_PROVISIONAL = 64


@dataclass(frozen=True, eq=False)
class Results:
    """Scores and their parts, float64 arrays of shape [entity, node, column]; NaN is unknown.

    A band's lower edge is in `target` and its upper in `target_high`, NaN for every other KPI.
    `attainment` is raw. A NaN in `coverage` says that the node is not scored there; a NaN score
    beside a coverage says unknown. `driver` is NaN for objectives; `low` and `high` are the
    bounds of the score. `marks` is a uint8 array of Mark.
    """

    nodes: tuple[str, ...]
    entities: tuple[str, ...]
    calendar: Calendar
    value: FloatArray
    target: FloatArray
    target_high: FloatArray
    baseline: FloatArray
    attainment: FloatArray
    score: FloatArray
    coverage: FloatArray
    driver: FloatArray
    low: FloatArray
    high: FloatArray
    marks: MarkArray


QUANTITIES = (
    "value",
    "target",
    "target_high",
    "baseline",
    "attainment",
    "score",
    "coverage",
    "driver",
    "low",
    "high",
)


def empty_results(nodes: tuple[str, ...], entities: tuple[str, ...], calendar: Calendar) -> Results:
    """Make results in which nothing has a value and nothing is scored."""
    shape = (len(entities), len(nodes), calendar.columns)
    blank = {name: np.full(shape, np.nan) for name in QUANTITIES}
    return Results(
        nodes=nodes,
        entities=entities,
        calendar=calendar,
        marks=np.zeros(shape, dtype=np.uint8),
        **blank,
    )
