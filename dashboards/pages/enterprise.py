"""The enterprise page: whether we are on track, why, and whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from dashboards.pages import headlines
from dashboards.pages.charts import parts_chart, score_trend
from dashboards.pages.early import waits_sentence
from dashboards.pages.heatmap import heat_map
from dashboards.pages.measures import score_shown
from dashboards.pages.tables import objective_groups, scored_kpis, status_counts
from dashboards.rows import Chart, HeatMap, ObjectiveGroup, ScoreShown, StatusCount
from dashboards.selectors.board import Board
from kpialign.scoring.status import Status


@dataclass(frozen=True)
class TopScore:
    """A top-level objective with its score."""

    code: str
    name: str
    score: ScoreShown
    change: str


@dataclass(frozen=True)
class EnterprisePage:
    """Everything that the enterprise page shows."""

    headline: str
    points: str
    tops: Sequence[TopScore]
    counts: Sequence[StatusCount]
    chosen: Status | None
    groups: Sequence[ObjectiveGroup]
    heat: HeatMap | None
    charts: Sequence[Chart]
    has_illustrations: bool


def enterprise_page(board: Board, chosen: Status | None) -> EnterprisePage:
    """Put the page together from its board."""
    top = board.cascade.top
    groups = objective_groups(board, chosen)
    return EnterprisePage(
        headline=headlines.enterprise_headline(board),
        points=waits_sentence(board) or headlines.lost_points(board),
        tops=[_top(board, code) for code in top],
        counts=status_counts(board, scored_kpis(board), chosen),
        chosen=chosen,
        groups=groups,
        heat=heat_map(board),
        charts=[chart for chart in (_parts(board), _trend(board)) if chart],
        has_illustrations=any(row.is_illustrative for group in groups for row in group.rows),
    )


def _top(board: Board, code: str) -> TopScore:
    shown = score_shown(board, code, with_bounds=True)
    return TopScore(code, board.node(code).name, shown, headlines.score_change(board, code))


def _trend(board: Board) -> Chart | None:
    """Draw the one top-level objective over time; several are not made into a total."""
    if len(board.cascade.top) != 1:
        return None
    code = board.cascade.top[0]
    series = board.table.series(code, "score")
    return score_trend(board, board.node(code).name, [float(one) for one in series])


def _parts(board: Board) -> Chart | None:
    """Draw what the objectives give of what they could give."""
    if len(board.cascade.top) != 1 or isnan(board.score(board.cascade.top[0]).score):
        return None
    top = board.cascade.top[0]
    weights = board.standing.effective([top], board.column)
    parts = [
        (link.child, weights[link.child])
        for link in board.cascade.children(top)
        if link.child in weights
    ]
    note = f"Points given of points possible, {board.context.period_name}."
    return parts_chart(board, headlines.parts_sentence(board, parts), note, parts)
