"""How a figure of a board is written and how it compares: units, differences, marks."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan, nan

from dashboards.figures import shown
from dashboards.figures.bullet import bullet
from dashboards.figures.shown import Figure, Unit
from dashboards.pages.owed import owed_beneath
from dashboards.rows import STATUS_MARKS, ScoreShown, Variance
from dashboards.selectors.board import Board
from dashboards.selectors.scores import NodeScore
from kpialign.scoring.results import Mark
from kpialign.scoring.status import Thresholds

BAND = "band"
LOWER = "lower"
MOST_NAMED = 3


def units_of(board: Board, codes: Iterable[str]) -> dict[str, Unit]:
    """Say how the figures of KPIs in one table are written, all money at one scale."""
    asked = list(dict.fromkeys(codes))
    amounts = [
        amount
        for code in asked
        if board.node(code).unit == "money"
        for amount in (board.score(code).value, board.score(code).target)
    ]
    currency = board.context.entity.currency or board.context.organisation.currency
    return {
        code: shown.unit_of(
            board.node(code).unit, board.node(code).decimals, currency=currency, amounts=amounts
        )
        for code in asked
    }


@dataclass(frozen=True)
class Distance:
    """A figure against its reference: arithmetic difference, how much better, the KPI's span."""

    difference: float
    better_by: float
    span: float


def distance(board: Board, code: str) -> Distance:
    """Compare a KPI with what the page compares with: its target, or itself some periods before."""
    if not board.context.back:
        return from_target(board, code)
    now, direction = board.score(code), board.node(code).direction
    before = board.score(code, board.context.back).value
    return Distance(now.value - before, _better(now, direction, before), _span(now, direction))


def from_target(board: Board, code: str) -> Distance:
    """Compare a KPI with its target or band."""
    now, direction = board.score(code), board.node(code).direction
    if direction == BAND:
        return Distance(_outside(now.value, now), -abs(_outside(now.value, now)), _span(now, BAND))
    difference = now.value - now.target
    better_by = -difference if direction == LOWER else difference
    return Distance(difference, better_by, _span(now, direction))


def _better(now: NodeScore, direction: str, before: float) -> float:
    if direction == BAND:
        return abs(_outside(before, now)) - abs(_outside(now.value, now))
    return before - now.value if direction == LOWER else now.value - before


def _outside(value: float, band: NodeScore) -> float:
    """Give how far a value lies outside a band: 0 inside, below it negative."""
    if isnan(value) or isnan(band.target) or isnan(band.target_high):
        return nan
    return max(value - band.target_high, 0.0) + min(value - band.target, 0.0)


def _span(now: NodeScore, direction: str) -> float:
    """Give the way from baseline to target, which a full bar stands for."""
    if direction == BAND:
        if isnan(now.baseline):
            return now.target_high - now.target
        return min(abs(now.baseline - now.target), abs(now.baseline - now.target_high))
    return abs(now.target if isnan(now.baseline) else now.target - now.baseline)


def variance(board: Board, code: str, unit: Unit) -> Variance:
    """Say how far a KPI lies from what it is compared with, and draw it."""
    found, reference = distance(board, code), board.context.reference
    if isnan(found.difference):
        return Variance(Figure(shown.UNKNOWN), "", f"no figure or no {reference}", None)
    if not board.context.back and board.node(code).direction == BAND and not found.difference:
        drawn = bullet(0.0, found.span)
        return Variance(Figure("in band"), "", "inside its band", drawn, is_in_band=True)
    if found.better_by > 0:
        tone, words = "better", f"better than {reference}"
    elif found.better_by < 0:
        tone, words = "worse", f"worse than {reference}"
    else:
        tone, words = "", f"as {reference}"
    difference = shown.difference(found.difference, unit)
    return Variance(difference, tone, words, bullet(found.better_by, found.span))


def reference(board: Board, code: str, unit: Unit) -> Figure:
    """Write what a KPI is compared with; a band by its edges."""
    now = board.score(code)
    if board.context.back:
        return shown.figure(board.score(code, board.context.back).value, unit)
    if board.node(code).direction != BAND or isnan(now.target):
        return shown.figure(now.target, unit)
    low, high = shown.figure(now.target, unit), shown.figure(now.target_high, unit)
    return Figure(f"{low.text} to {high.text}", unit.suffix, f"{low.full} to {high.full}")


def score_shown(board: Board, code: str, *, with_bounds: bool = False) -> ScoreShown:
    """Write a node's score with its status, coverage and, if asked, its bounds in words."""
    found = board.score(code)
    return ScoreShown(
        text=score_text(found.score, board.context.limits),
        mark=STATUS_MARKS[found.status],
        covered=covered(found.coverage),
        bounds=bounds(board, code) if with_bounds else "",
        is_provisional=Mark.PROVISIONAL in found.marks,
        as_closed=_as_closed(board, code),
    )


def _as_closed(board: Board, code: str) -> str:
    """Write the score of an earlier close beside one that may move again, or has moved."""
    then = board.as_closed(code)
    if then is None or board.earlier is None or not then.is_scored:
        return ""
    if not board.earlier.is_reopened and repr(then.score) == repr(board.score(code).score):
        return ""
    return score_text(then.score, board.earlier.head.limits)


def score_text(score: float, limits: Thresholds) -> str:
    """Write a score so that its rounding does not contradict its status."""
    return shown.score(score, (limits.on_track, limits.at_risk))


def covered(coverage: float) -> str:
    """Say how much is in, where it is not everything; where it is nothing, there is no score."""
    return "" if not 0 < coverage < 1 else f"{shown.share(coverage)} covered"


def bounds(board: Board, code: str) -> str:
    """Say where a score could lie while figures are missing."""
    found = board.score(code)
    if isnan(found.score) or not found.high - found.low >= 0.05:  # noqa: PLR2004  not seen
        return ""
    low, high = shown.points(found.low), shown.points(found.high)
    names = [board.node(one).name for one in owed_beneath(board, code)]
    until = f" until {named(names)} {'is' if len(names) == 1 else 'are'} in" if names else ""
    return f"could lie between {low} and {high}{until}"


def named(names: list[str]) -> str:
    """Put names into a sentence: all of them if they are few, else two and how many more."""
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[:2])} and {len(names) - 2} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
