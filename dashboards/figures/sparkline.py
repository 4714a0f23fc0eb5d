"""The small line of one row: thirteen periods, the target as a hairline, gaps left open."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

WIDTH, HEIGHT, MARGIN = 100.0, 24.0, 3.0


@dataclass(frozen=True)
class Sparkline:
    """The shapes of a small line, in a box of 100 by 24; empty where nothing is known."""

    path: str
    dots: tuple[tuple[str, str], ...]  # figures with no neighbour: a line would not show them
    last: tuple[str, str] | None
    target_at: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.path and not self.dots and self.last is None


def sparkline(values: Sequence[float], target: float) -> Sparkline:
    """Draw values in their own scale, with the target of the last period.

    >>> drawn = sparkline([1.0, 2.0, float("nan"), 3.0], float("nan"))
    >>> drawn.path, drawn.last
    ('M3.0 21.0L34.3 12.0', ('97.0', '3.0'))
    """
    known = [value for value in values if not isnan(value)]
    if not known:
        return Sparkline("", (), None, "")
    scale = _Scale([*known, target] if not isnan(target) else known)
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    places = [
        None if isnan(value) else (f"{MARGIN + i * step:.1f}", scale.at(value))
        for i, value in enumerate(values)
    ]
    runs = _runs(places)
    return Sparkline(
        path="".join("M" + "L".join(" ".join(at) for at in run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1 and run[0] != places[-1]),
        last=places[-1],
        target_at="" if isnan(target) else scale.at(target),
    )


class _Scale:
    """From figures to heights: the largest at the top."""

    def __init__(self, values: Sequence[float]) -> None:
        self._low, self._high = min(values), max(values)

    def at(self, value: float) -> str:
        span = self._high - self._low
        part = (value / 2 - self._low / 2) / (span / 2) if span else 0.5
        return f"{HEIGHT - MARGIN - part * (HEIGHT - 2 * MARGIN):.1f}"


def _runs(places: Sequence[tuple[str, str] | None]) -> list[list[tuple[str, str]]]:
    """Split the places at the gaps."""
    runs: list[list[tuple[str, str]]] = [[]]
    for place in places:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]
