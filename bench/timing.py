"""Measure two things by turns, so that what else the machine does falls on both alike."""

import time
from collections.abc import Callable
from statistics import median

Act = Callable[[], object]


def seconds(act: Act) -> float:
    """Time one go."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def by_turns(one: Act, other: Act, *, rounds: int) -> tuple[float, float]:
    """Give the median seconds of each over some rounds, after one that does not count."""
    one()
    other()
    measured = [(seconds(one), seconds(other)) for _ in range(rounds)]
    return median(pair[0] for pair in measured), median(pair[1] for pair in measured)
