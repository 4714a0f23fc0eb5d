"""The last step of every chart: unknown becomes a gap, and the frame is the same everywhere."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

Trace = Mapping[str, Any]
DIGITS = 12  # more than any screen shows, fewer than float noise needs


def finished(traces: Sequence[Trace], layout: Mapping[str, Any]) -> dict[str, object]:
    """Make a chart of traces: roles stay, looks are the template's (static/js/charts.js)."""
    return {
        "data": [{name: _clean(value) for name, value in trace.items()} for trace in traces],
        "layout": {"showlegend": False, **layout},
    }


def _clean(value: Any) -> Any:  # noqa: ANN401  traces hold numbers, texts and lists of them
    if isinstance(value, float):
        return None if isnan(value) else float(f"{value:.{DIGITS}g}")
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return value
