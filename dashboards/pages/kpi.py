"""The page of a KPI: is it good, what is it made of, where does it go, who typed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from dashboards.figures import shown
from dashboards.figures.shown import Figure, Unit
from dashboards.pages import figure_words, headlines
from dashboards.pages.arithmetic import attainment_words
from dashboards.pages.charts import kpi_trend
from dashboards.pages.consolidation import (
    Consolidation,
    consolidation,
)
from dashboards.pages.definition import definition
from dashboards.pages.formula_words import uses_time
from dashboards.pages.lacks import OwedRow
from dashboards.pages.measures import (
    BAND,
    reference,
    score_shown,
    score_text,
    units_of,
)
from dashboards.pages.tables import plain_rows
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
from dashboards.selectors.owing import Owing

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
    trend: Chart | None  # None before there is any figure or target
    inputs: Sequence[KpiRow]
    uses_time: bool
    made_of: str
    consolidation: Consolidation | None
    owed: Sequence[OwedRow]
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


def kpi_page(board: Board, code: str, owing: Owing) -> KpiPage:
    """Put the page together from its board, its target and the figures behind it."""
    node, now = board.node(code), board.score(code)
    inputs = board.cascade.uses(code)
    children = [link.child for link in board.cascade.children(code)]
    units = units_of(board, [code, *inputs, *entered_behind(board.cascade, code)])
    revisions, count = revisions_behind(board, code, units)
    terms = terms_of(board, code, now.driver)
    weights = {one: -place for place, one in enumerate(children)}
    made = consolidation(board, code, owing.origins) if owing.origins else None
    target = target_facts(board.context, node.pk)
    owed = figure_words.missing(board, code, owing)
    return KpiPage(
        node=node,
        headline=headlines.kpi_headline(board, code),
        actual=shown.figure(now.value, units[code]),
        score=score_shown(board, code, with_bounds=isnan(now.target)),
        source=figure_words.source(
            board, code, from_members=made is not None, has_own_target=target is not None
        ),
        chips=_chips(board, code, units[code]),
        attainment=attainment_words(board, code),
        problem=figure_words.problem(board, code, owed),
        trend=kpi_trend(board, code),
        inputs=plain_rows(board, inputs, weights={one: -i for i, one in enumerate(inputs)}),
        uses_time=uses_time(node.formula),
        made_of=figure_words.made_of(board, code, owing.origins),
        consolidation=made,
        owed=owed,
        up=upwards(board, code),
        others=other_uses(board, code),
        reached=reached_through_formulas(board, code),
        drivers=terms,
        driver_words=_driver_words(board, code),
        driver_rows=plain_rows(board, children, weights=weights),
        revisions=revisions,
        revisions_note=summary(revisions, count),
        target=target,
        facts=definition(node),
    )


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
