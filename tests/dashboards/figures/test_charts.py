"""Charts are figures that Plotly takes, carry roles instead of looks, and stay small."""

import json
import re
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboards import figures
from dashboards.figures.parts import Part, parts_figure
from dashboards.figures.trend import Trend, axis_note, trend_figure

FOLDER = Path(figures.__file__).parent
ROLES = {"actual", "prior", "target", "interval"}
LOOKS = re.compile(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|\bcolou?r\b|font|\bwidth\b|dash\b")
PERIODS = [f"Q{1 + i % 4} FY{23 + i // 4}" for i in range(13)]


VALUES = [200.0 + i for i in range(13)]
TREND = Trend(
    periods=PERIODS,
    actual=VALUES,
    texts=[f"{value:.1f} d" for value in VALUES],
    prior=[value - 5 for value in VALUES],
    target=[190.0] * 13,
    target_text="target",
)

FIGURES = {
    "trend": trend_figure(TREND),
    "trend with a gap": trend_figure(replace(TREND, actual=[1.0, nan, *[3.0] * 11])),
    "trend with a band": trend_figure(replace(TREND, high=[210.0] * 13)),
    "trend of nothing but the past": trend_figure(
        replace(TREND, actual=[nan] * 13, target=[nan] * 13)
    ),
    "score": trend_figure(replace(TREND, reaches=(0.0, 100.0))),
    "parts": parts_figure([Part("A", 20.0, 25.0, "20.0 of 25.0"), Part("B", nan, 75.0, "?")]),
    "no parts": parts_figure([]),
}


@pytest.mark.parametrize("name", FIGURES)
def test_plotly_takes_the_figure(name: str) -> None:
    taken = go.Figure(FIGURES[name])

    assert len(taken.data) == len(FIGURES[name]["data"])  # type: ignore[arg-type]  # a list


@pytest.mark.parametrize("name", FIGURES)
def test_every_trace_has_a_role_and_no_look(name: str) -> None:
    traces: Any = FIGURES[name]["data"]

    assert {trace["meta"]["role"] for trace in traces} <= ROLES
    assert not {"marker", "line", "fillcolor", "textfont"} & {key for one in traces for key in one}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_small_and_plain_json(name: str) -> None:
    text = json.dumps(FIGURES[name], allow_nan=False, separators=(",", ":"))

    assert len(text.encode()) <= 4096


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_no_figure_holds_a_colour_or_a_font(path: Path) -> None:
    drawing = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if '"' in line and ":" in line
    ]
    keys = [found for line in drawing for found in re.findall(r'"(\w+)":', line)]

    assert [key for key in keys if LOOKS.search(key)] == []
    assert not re.search(r"#[0-9a-fA-F]{6}\b|rgba?\(", path.read_text(encoding="utf-8"))


def test_an_unknown_figure_is_a_gap_that_nothing_closes() -> None:
    traces: Any = FIGURES["trend with a gap"]["data"]
    actual = next(trace for trace in traces if trace["meta"]["role"] == "actual")

    assert actual["y"][1] is None
    assert "connectgaps" not in actual


def test_a_band_is_drawn_by_its_edges() -> None:
    traces: Any = FIGURES["trend with a band"]["data"]
    edges = [trace for trace in traces if trace["meta"]["role"] == "interval"]

    assert [edge.get("fill") for edge in edges] == [None, "tonexty"]


def test_lines_are_named_at_their_ends_instead_of_by_a_legend() -> None:
    layout: Any = FIGURES["trend"]["layout"]

    assert [label["text"] for label in layout["annotations"]] == ["212.0 d", "last year", "target"]
    assert layout["showlegend"] is False


def test_bars_begin_at_zero() -> None:
    layout: Any = FIGURES["parts"]["layout"]

    assert layout["xaxis"]["range"][0] == 0


def test_an_axis_that_does_not_begin_at_zero_says_so() -> None:
    assert axis_note(TREND) == "The axis does not start at zero."
    assert axis_note(replace(TREND, reaches=(0.0, 100.0))) == ""
