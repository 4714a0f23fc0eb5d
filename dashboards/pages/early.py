"""What is said of a period of which too little is in to tell, and which one can be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from dashboards.figures import shown
from dashboards.pages.measures import score_text
from dashboards.pages.owed import figures_beneath, owed, waiting_for, waits_for
from dashboards.rows import STATUS_MARKS, StatusMark
from dashboards.selectors.board import Board
from dashboards.selectors.context import name_of
from kpialign.scoring.status import Status


def too_early(board: Board, codes: Sequence[str], back: int = 0) -> bool:
    """Whether too few figures are in to tell how any of some nodes stands."""
    found = {board.score(code, back).status for code in codes}
    return found == {Status.NOT_ENOUGH_DATA}


def early_strategy(board: Board) -> str:
    """Say of the strategy how many figures are in, as the foot of the page counts them."""
    least = min(board.score(code).coverage for code in board.cascade.top)
    return _how_early(board, board.in_count, board.entered_count, least)


def early_objective(board: Board, code: str) -> str:
    """Say of an objective how many of the figures that it stands on are in."""
    behind = figures_beneath(board, code)
    known = sum(not isnan(board.score(one).value) for one in behind)
    return _how_early(board, known, len(behind), board.score(code).coverage)


def _how_early(board: Board, known: int, count: int, least: float) -> str:
    """Say how many figures are in; if all are, how much of the weight they give a score to."""
    period = board.context.period_name
    if not known:
        return f"No figure is in for {period} yet"
    if known < count:
        told = f"{known} of {count} figures {'is' if known == 1 else 'are'} in for {period}"
    else:
        told = f"{shown.share(least)} of the weight has a figure in {period}"
    return f"{told}; too early to tell"


def waits_sentence(board: Board) -> str:
    """Say what the strategy's score waits for, where too little is in to tell."""
    top = board.cascade.top
    if not board.has_scores or not too_early(board, top):
        return ""
    missing = owed(board, [one for code in top for one in waiting_for(board, code)])
    return f"It waits for {waits_for(board, missing)}." if missing else ""


@dataclass(frozen=True)
class LastTold:
    """The latest period of which enough is known, and the score of the one top-level objective."""

    label: str
    name: str
    score: str = ""
    mark: StatusMark | None = None


def last_told(board: Board) -> LastTold | None:
    """Find it where too little is known of the page's own period; None where enough is."""
    if not _is_unknown(board, 0):
        return None
    before = range(1, board.column + 1)
    back = next((back for back in before if not _is_unknown(board, back)), 0)
    if not back:
        return None
    period, top = board.context.history[-1 - back], board.cascade.top
    if len(top) > 1:
        return LastTold(period.label, name_of(period))
    now = board.score(top[0], back)
    score = score_text(now.score, board.table.limits(period.pk))
    return LastTold(period.label, name_of(period), score, STATUS_MARKS[now.status])


def _is_unknown(board: Board, back: int) -> bool:
    found = {board.score(code, back).status for code in board.cascade.top}
    return found <= {Status.NOT_ENOUGH_DATA, Status.NOT_SCORED}
