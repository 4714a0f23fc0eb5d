"""How something developed: actual as a line, last year behind it, the target or band beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from dashboards.figures.finished import finished


@dataclass(frozen=True)
class Trend:
    """Values over periods; a target without `high` is a line, with it a band."""

    periods: Sequence[str]
    actual: Sequence[float]
    texts: Sequence[str]  # of the actual figures, as shown
    prior: Sequence[float] = ()
    target: Sequence[float] = ()
    high: Sequence[float] = ()
    target_text: str = ""
    axis_unit: str = ""
    reaches: tuple[float, float] | None = None  # a fixed axis, such as 0 to 100 for scores


def trend_figure(trend: Trend) -> dict[str, object]:
    """Draw a trend; a missing figure is a gap."""
    traces = [*_target(trend), *_prior(trend), _actual(trend)]
    axis: dict[str, Any] = {"ticksuffix": f" {trend.axis_unit}" if trend.axis_unit else ""}
    if trend.reaches:
        axis["range"] = list(trend.reaches)
    layout = {
        "xaxis": {"type": "category", "categoryorder": "array", "categoryarray": trend.periods},
        "yaxis": axis,
        "annotations": _labels(trend),
    }
    return finished(traces, layout)


def axis_note(trend: Trend) -> str:
    """Say where an axis starts that does not start at zero."""
    series = [*trend.actual, *trend.prior, *trend.target, *trend.high]
    known = [value for value in series if not isnan(value)]
    begins_at_zero = trend.reaches or not known or min(known) <= 0
    return "" if begins_at_zero else "The axis does not start at zero."


def _actual(trend: Trend) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "actual",
        "x": trend.periods,
        "y": trend.actual,
        "customdata": trend.texts,
        "hovertemplate": "%{x}: %{customdata}<extra></extra>",
        "meta": {"role": "actual"},
    }


def _prior(trend: Trend) -> list[dict[str, Any]]:
    if all(isnan(value) for value in trend.prior):
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "last year",
            "x": trend.periods,
            "y": trend.prior,
            "hoverinfo": "skip",
            "meta": {"role": "prior"},
        }
    ]


def _target(trend: Trend) -> list[dict[str, Any]]:
    if all(isnan(value) for value in trend.target):
        return []
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": "target",
        "x": trend.periods,
        "y": trend.target,
        "hoverinfo": "skip",
        "meta": {"role": "target"},
    }
    if all(isnan(value) for value in trend.high):
        return [line]
    low = line | {"name": "band, low", "meta": {"role": "interval"}}
    high = {"name": "band, high", "y": trend.high, "fill": "tonexty", "meta": {"role": "interval"}}
    return [low, line | high]


def _labels(trend: Trend) -> list[dict[str, Any]]:
    """Label lines at their right end, instead of a legend; the page keeps them apart."""
    ends = [
        (_last(trend.actual), "actual", _last_text(trend)),
        (_last(trend.prior), "prior", "last year"),
        (_last(trend.high) or _last(trend.target), "target", trend.target_text),
    ]
    return [
        {
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 8,
            "y": value,
            "text": text,
            "showarrow": False,
            "name": role,
        }
        for value, role, text in ends
        if value is not None and text
    ]


def _last(series: Sequence[float]) -> float | None:
    known = [value for value in series if not isnan(value)]
    return known[-1] if known else None


def _last_text(trend: Trend) -> str:
    pairs = zip(trend.actual, trend.texts, strict=True)
    return next((text for value, text in reversed(list(pairs)) if not isnan(value)), "")
