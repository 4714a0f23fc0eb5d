"""The page of a KPI: is it good, what is it made of, where does it go, who typed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from dashboards.figures import shown
from dashboards.figures.shown import Figure, Unit
from dashboards.pages import headlines
from dashboards.pages.arithmetic import attainment_words
from dashboards.pages.charts import kpi_trend
from dashboards.pages.measures import BAND, reference, score_shown, score_text, units_of
from dashboards.pages.tables import is_late, plain_rows, tags
from dashboards.pages.terms import Terms, terms_of
from dashboards.pages.upwards import Upward, other_uses, reached_through_formulas, upwards
from dashboards.rows import Chart, KpiRow, ScoreShown
from dashboards.selectors.board import Board
from dashboards.selectors.cascade import NodeFacts
from dashboards.selectors.context import A_YEAR, name_of
from dashboards.selectors.figures_behind import (
    RevisionRow,
    TargetFacts,
    entered_behind,
    revisions_behind,
    summary,
    target_facts,
)
from kpialign.scoring.results import Mark

GAP = 15.0  # points between drivers and result that are worth a word


@dataclass(frozen=True)
class Chip:
    """A figure to compare with, in a word."""

    word: str
    figure: Figure


@dataclass(frozen=True)
class KpiPage:
    """Everything that the page of a KPI shows."""

    node: NodeFacts
    headline: str
    actual: Figure
    score: ScoreShown
    source: str
    chips: Sequence[Chip]
    attainment: str
    problem: str
    trend: Chart
    inputs: Sequence[KpiRow]
    uses_time: bool
    up: Sequence[Upward]
    others: Sequence[Upward]
    reached: Sequence[Upward]  # objectives that it moves through formulas alone
    drivers: Terms
    driver_words: str
    driver_rows: Sequence[KpiRow]
    revisions: Sequence[RevisionRow]
    revisions_note: str
    target: TargetFacts | None
    facts: Sequence[tuple[str, str]]


def kpi_page(board: Board, code: str) -> KpiPage:
    """Put the page together from its board, its target and the figures behind it."""
    node, now = board.node(code), board.score(code)
    inputs = board.cascade.uses(code)
    children = [link.child for link in board.cascade.children(code)]
    units = units_of(board, [code, *inputs, *entered_behind(board.cascade, code)])
    revisions, count = revisions_behind(board, code, units)
    terms = terms_of(board, code, now.driver)
    weights = {one: -place for place, one in enumerate(children)}
    return KpiPage(
        node=node,
        headline=headlines.kpi_headline(board, code),
        actual=shown.figure(now.value, units[code]),
        score=score_shown(board, code, with_bounds=isnan(now.target)),
        source=_source(board, code),
        chips=_chips(board, code, units[code]),
        attainment=attainment_words(board, code),
        problem=_problem(board, code),
        trend=kpi_trend(board, code),
        inputs=plain_rows(board, inputs, weights={one: -i for i, one in enumerate(inputs)}),
        uses_time=any(word in node.formula for word in TIME_WORDS),
        up=upwards(board, code),
        others=other_uses(board, code),
        reached=reached_through_formulas(board, code),
        drivers=terms,
        driver_words=_driver_words(board, code),
        driver_rows=plain_rows(board, children, weights=weights),
        revisions=revisions,
        revisions_note=summary(revisions, count),
        target=target_facts(board.context, node.pk),
        facts=_facts(node),
    )


TIME_WORDS = ("prev(", "year_ago(", "ytd(", "rolling_")
DIRECTIONS = {"higher": "Higher is better", "lower": "Lower is better", BAND: "Within a band"}
ROLLUPS = {
    "sum": "the sum of its own periods",
    "average": "the mean of its own periods",
    "last": "the last of its own periods",
    "formula": "the formula on inputs of the longer period",
}


def _source(board: Board, code: str) -> str:
    """Say where the figure comes from and whether it is approved."""
    marks, said = board.score(code).marks, []
    if board.node(code).formula:
        said.append("calculated")
    elif Mark.CONSOLIDATED in marks:
        said.append("consolidated")
    else:
        said.append("entered")
    if not isnan(board.score(code).value):
        is_open = Mark.VALUE_PROVISIONAL in marks
        said.append("from figures not approved yet" if is_open else "from approved figures")
    if Mark.BASELINE_ASSUMED in marks:
        said.append("baseline assumed")
    return ", ".join([*said, *(one for one in tags(board, code) if one in {"held", "to date"})])


def _chips(board: Board, code: str, unit: Unit) -> list[Chip]:
    """Give what the figure is to be compared with, as far as it is known."""
    history, kind = board.context.history, board.context.period.kind
    chips = []
    if not isnan(board.score(code).target):
        word = "band" if board.node(code).direction == BAND else "target"
        aim = reference(board, code, unit) if not board.context.back else None
        chips.append(Chip(word, aim or shown.figure(board.score(code).target, unit)))
    places = [("last year", A_YEAR[kind])]
    if A_YEAR[kind] > 1 and len(history) > 1:
        places.append((name_of(history[-2]), 1))
    chips += [
        Chip(word, shown.figure(board.score(code, back).value, unit)) for word, back in places
    ]
    return [chip for chip in chips if not chip.figure.is_unknown]


def _problem(board: Board, code: str) -> str:
    """Say why there is no score although there is a figure, or no figure at all."""
    now, node = board.score(code), board.node(code)
    if isnan(now.value):
        if node.formula:
            return _why_unknown(board, code)
        late = "It is due" if is_late(board) else "Not in yet"
        return f"{late}; {node.department_name} enters it."
    if isnan(now.target) or not isnan(now.score):
        return ""
    if node.direction != BAND and not isnan(now.baseline):
        return "The target is worse than the baseline, so attainment cannot be told."
    return "Without a baseline, a target of zero or less cannot be scored: it needs a baseline."


def _why_unknown(board: Board, code: str) -> str:
    """Name the figures that a calculated KPI waits for."""
    behind = entered_behind(board.cascade, code)
    unknown = [board.node(one) for one in behind if isnan(board.score(one).value)]
    if not unknown:
        return "Its formula has no value with these figures."
    told = [f"{node.name} ({node.department_name})" for node in unknown]
    return f"It waits for {', '.join(told)}."


def _driver_words(board: Board, code: str) -> str:
    """Set the drivers' score beside the result."""
    now, limits = board.score(code), board.context.limits
    if isnan(now.driver):
        return ""
    driver = score_text(now.driver, limits)
    if isnan(now.target):
        return f"Without a target of its own, it passes the score of its drivers on: {driver}."
    if isnan(now.score):
        return f"Driver score {driver}; the result is not known yet."
    told = f"Driver score {driver} beside a result of {score_text(now.score, limits)}"
    gap = now.driver - now.score
    if abs(gap) < GAP:
        return f"{told}: drivers and result agree."
    if gap > 0:
        return f"{told}: the drivers look better than what they lead to."
    return f"{told}: the result is better than its drivers."


def _facts(node: NodeFacts) -> list[tuple[str, str]]:
    """List what defines the KPI."""
    facts = [
        ("Meaning", node.description),
        ("Direction", DIRECTIONS.get(node.direction, "")),
        ("Unit", "money of the entity" if node.unit == "money" else node.unit),
        ("Measured", node.frequency),
        ("Longer periods", ROLLUPS.get(node.time_rollup, "")),
        ("Category", node.category),
        ("Department", node.department_name),
        ("Owner", node.owner),
        ("Code", node.code),
    ]
    return [(word, value) for word, value in facts if value]
