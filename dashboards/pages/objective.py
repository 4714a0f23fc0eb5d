"""The page of an objective: what pulls it down, and what it serves."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.pages import headlines
from dashboards.pages.charts import parts_chart, score_trend
from dashboards.pages.lacks import OwedRow, owed_rows
from dashboards.pages.measures import score_shown
from dashboards.pages.owed import owed_beneath
from dashboards.pages.tables import plain_rows
from dashboards.pages.terms import Terms, terms_of
from dashboards.pages.upwards import Upward, upwards
from dashboards.rows import Chart, KpiRow, ScoreShown
from dashboards.selectors.board import Board
from dashboards.selectors.cascade import NodeFacts
from dashboards.selectors.owing import Owing


@dataclass(frozen=True)
class ObjectivePage:
    """Everything that the page of an objective shows."""

    node: NodeFacts
    headline: str
    score: ScoreShown
    change: str
    terms: Terms
    missing: Sequence[OwedRow]
    rows: Sequence[KpiRow]
    has_illustrations: bool
    up: Sequence[Upward]
    charts: Sequence[Chart]


def objective_page(board: Board, code: str, owing: Owing) -> ObjectivePage:
    """Put the page together from its board."""
    children = [link.child for link in board.cascade.children(code)]
    kpis = [one for one in children if board.node(one).is_kpi]
    weights = board.standing.effective([code], board.column)
    rows = plain_rows(board, kpis, weights=weights)
    return ObjectivePage(
        node=board.node(code),
        headline=headlines.objective_headline(board, code),
        score=score_shown(board, code, with_bounds=True),
        change=headlines.score_change(board, code),
        terms=terms_of(board, code, board.score(code).score),
        missing=owed_rows(board, owed_beneath(board, code), owing),
        rows=rows,
        has_illustrations=any(row.is_illustrative for row in rows),
        up=upwards(board, code),
        charts=_charts(board, code, children, weights),
    )


def _charts(
    board: Board, code: str, children: Sequence[str], weights: dict[str, float]
) -> list[Chart]:
    series = [float(one) for one in board.table.series(code, "score")]
    trend = score_trend(board, board.node(code).name, series)
    parts = [(one, weights[one]) for one in children if one in weights]
    sentence = headlines.parts_sentence(board, parts)
    note = f"Points given of points possible, {board.context.period_name}."
    is_mean = board.node(code).aggregation == "arithmetic"
    drawn = parts_chart(board, sentence, note, parts) if is_mean else None
    return [chart for chart in (trend, drawn) if chart]
