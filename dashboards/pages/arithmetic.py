"""How a KPI's score arises from its figure, written out."""

from math import isnan

from dashboards.figures import shown
from dashboards.pages.measures import BAND, LOWER, distance, score_text, units_of
from dashboards.selectors.board import Board
from kpialign.scoring.results import Mark


def attainment_words(board: Board, code: str) -> str:
    """Write out how a KPI's score arises from its figure, target and baseline."""
    now, node = board.score(code), board.node(code)
    unit = units_of(board, [code])[code]
    if isnan(now.target) or isnan(now.score):
        return ""
    score = score_text(now.score, board.context.limits)
    if node.direction == BAND:
        return _band_words(board, code, score)
    value, target = shown.figure(now.value, unit), shown.figure(now.target, unit)
    if isnan(now.baseline) or Mark.BASELINE_ASSUMED in now.marks:
        ratio = f"{value.text} / {target.text}"
        sum_ = f"2 {shown.MINUS} {ratio}" if node.direction == LOWER else ratio
        return f"{score} = {sum_}; no baseline is set, so one is assumed.{_capped(now.attainment)}"
    if now.target == now.baseline:
        return f"{score}: target and baseline are the same, so it is all or nothing."
    less_baseline = f"{shown.MINUS} {_bracketed(shown.figure(now.baseline, unit).text)}"
    sum_ = f"({value.text} {less_baseline}) / ({target.text} {less_baseline})"
    whole = shown.spoken(shown.difference(abs(now.target - now.baseline), unit)).lstrip("+")
    reached = (now.value - now.baseline) * (1 if now.target > now.baseline else -1)
    told = shown.difference(reached, unit).text.lstrip("+")
    way = f"of the {whole} from baseline to target, {told} are reached"
    return f"{score} = {sum_}: {way}.{_capped(now.attainment)}"


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith(shown.MINUS) else text


def _capped(attainment: float) -> str:
    if attainment > 1:
        return f" Attainment is {shown.share(attainment)}; a score ends at 100."
    if attainment < 0:
        return f" Attainment is {shown.share(attainment)}; a score ends at 0."
    return ""


def _band_words(board: Board, code: str, score: str) -> str:
    now = board.score(code)
    unit = units_of(board, [code])[code]
    found = distance(board, code)
    edges = f"{shown.figure(now.target, unit).text} to {shown.figure(now.target_high, unit)}"
    if not found.difference:
        return f"{score}: the figure lies in the band of {edges}."
    away = shown.difference(abs(found.difference), unit).text.lstrip("+")
    reach = shown.difference(found.span, unit).text.lstrip("+")
    return (
        f"{score} = 1 {shown.MINUS} {away} / {reach}: the figure lies {away} outside the band of"
        f" {edges}; at {reach} outside nothing is left.{_capped(now.attainment)}"
    )
