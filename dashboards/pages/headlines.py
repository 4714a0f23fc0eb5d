"""The sentences that pages begin with: what, how much, and where it comes from."""

from collections.abc import Sequence
from math import isnan

from dashboards.figures import shown
from dashboards.figures.shown import Unit
from dashboards.pages.activity import not_active
from dashboards.pages.early import early_objective, early_strategy, too_early
from dashboards.pages.measures import (
    Distance,
    distance,
    from_target,
    score_text,
    units_of,
)
from dashboards.pages.owed import owed, owed_beneath, waits_for
from dashboards.selectors.board import Board
from dashboards.selectors.context import name_of
from kpialign.scoring.status import Status

BAND = "band"
MOST_TOLD = 2
SEEN = 0.05  # what one decimal can show


def kpi_headline(board: Board, code: str) -> str:
    """Say where a KPI stands against what it is compared with."""
    if not board.context.back or isnan(board.score(code).value):
        return against_target(board, code)
    unit = units_of(board, [code])[code]
    value = shown.spoken(shown.figure(board.score(code).value, unit))
    return _against_the_past(board, code, unit, value)


def against_target(board: Board, code: str) -> str:
    """Say where a KPI stands against its target."""
    node, now, context = board.node(code), board.score(code), board.context
    unit = units_of(board, [code])[code]
    if isnan(now.value):
        if absent := not_active(context):
            return f"{node.name} has no figure: {absent}"
        return f"{node.name} has no figure for {context.period_name} yet"
    value = shown.spoken(shown.figure(now.value, unit))
    if isnan(now.target):
        told = f"{node.name} is {value} in {context.period_name}"
        return f"{told}; no target is set" if node.has_target else told
    return f"{node.name} {_against_the_target(board, code, unit, value)}"


def _against_the_target(board: Board, code: str, unit: Unit, value: str) -> str:
    found, is_band = from_target(board, code), board.node(code).direction == BAND
    if not found.difference:
        return f"is inside its band at {value}" if is_band else f"is exactly on target at {value}"
    size = shown.spoken(shown.difference(abs(found.difference), unit)).lstrip("+")
    if is_band:
        return f"is {size} {_side(found)} its band"
    return f"{'beats' if found.better_by > 0 else 'misses'} its target by {size}"


def _against_the_past(board: Board, code: str, unit: Unit, value: str) -> str:
    name, before, found = board.node(code).name, board.context.reference, distance(board, code)
    if isnan(found.difference):
        return f"{name} is {value}; there is no figure of {before}"
    if not found.difference:
        return f"{name} is {value}, as {before}"
    size = shown.spoken(shown.difference(abs(found.difference), unit)).lstrip("+")
    judged = {True: ", which is better", False: ", which is worse"}.get(found.better_by > 0, "")
    return f"{name} is {size} {_side(found)} {before}{judged if found.better_by else ''}"


def _side(found: Distance) -> str:
    return "above" if found.difference > 0 else "below"


def enterprise_headline(board: Board) -> str:
    """Say whether the strategy is on track, and if not, what holds it back most."""
    if not board.has_scores:
        return nothing_scored(board)
    top = board.cascade.top
    if too_early(board, top):
        return early_strategy(board)
    worst = _worst_objective(board, top)
    if worst is None:
        return f"The strategy is on track in {board.context.period_name}"
    holds = f"{board.node(worst).name} holds the strategy back"
    return f"{holds}: {cause}" if (cause := worst_cause(board, worst)) else holds


def nothing_scored(board: Board) -> str:
    """Say that a period has no scores, and up to when figures are in."""
    if absent := not_active(board.context):
        return absent
    until = board.context.freshness.reporting_on
    told = f"Nothing is scored for {board.context.period_name}"
    if until is None or board.context.period.start_on <= until:
        return f"{told} yet"
    return f"{told} yet: figures are in up to {shown.day(until)}"


def objective_headline(board: Board, code: str) -> str:
    """Say how an objective stands, and what pulls it down most."""
    name, now = board.node(code).name, board.score(code)
    if not board.has_scores:
        return nothing_scored(board)
    if not now.is_scored:
        return (
            f"{name} is not scored for {board.context.period_name}: nothing beneath it has a target"
        )
    if isnan(now.score):
        return _no_score_yet(board, name, owed_beneath(board, code))
    if too_early(board, [code]):
        return early_objective(board, code)
    score = score_text(now.score, board.context.limits)
    if now.status == Status.ON_TRACK:
        return f"{name} is on track at {score}"
    word = "at risk" if now.status == Status.AT_RISK else "off track"
    cause = worst_cause(board, code)
    return f"{name} is {word} at {score}: {cause}" if cause else f"{name} is {word} at {score}"


def department_headline(board: Board, code: str, name: str) -> str:
    """Say what a department owes the strategy and where it falls short most."""
    if not board.has_scores:
        return nothing_scored(board)
    found = board.standing.department_scores().get(code)
    score = float(found.score[board.column]) if found else float("nan")
    if found is None or isnan(found.coverage[board.column]):
        return f"{name} has no scored KPI in {board.context.period_name}"
    weights = board.standing.influence(board.cascade.top, board.column)
    own = [one for one in weights if board.node(one).is_kpi and board.node(one).department == code]
    if isnan(score):
        ordered = sorted(own, key=lambda one: -weights[one])
        return _no_score_yet(board, name, owed(board, ordered))
    worst = max(own, key=lambda one: _lost(board, one, weights[one]), default=None)
    told = score_text(score, board.context.limits)
    if worst is None or _lost(board, worst, weights[worst]) <= 0:
        return f"{name} reaches everything it is asked for: its KPIs score {told}"
    return f"{name} scores {told}: {_lower(against_target(board, worst))}"


def _no_score_yet(board: Board, name: str, missing: Sequence[str]) -> str:
    told = f"{name} has no score for {board.context.period_name} yet"
    return f"{told}: it waits for {waits_for(board, missing)}" if missing else told


def worst_cause(board: Board, code: str) -> str:
    """Say which KPI beneath costs a node the most points, and by how much it misses."""
    weights = board.standing.effective([code], board.column)
    results = [one for one in weights if one != code and board.node(one).is_kpi]
    results = [one for one in results if not isnan(board.score(one).target)]
    worst = max(results, key=lambda one: _lost(board, one, weights[one]), default=None)
    if worst is None or _lost(board, worst, weights[worst]) <= 0:
        return ""
    return _lower(against_target(board, worst))


def _lower(sentence: str) -> str:
    """Begin a clause with a small letter, unless it begins with a short form."""
    first, _, rest = sentence.partition(" ")
    return sentence if not first[1:].islower() else f"{first.lower()} {rest}"


def _lost(board: Board, code: str, weight: float) -> float:
    score = board.score(code).score
    return 0.0 if isnan(score) else weight * (100 - score)


def _worst_objective(board: Board, top: list[str]) -> str | None:
    """Find the objective that costs the most points among those not on track."""
    found = (
        top
        if len(top) > 1
        else [
            link.child
            for link in board.cascade.children(top[0])
            if not board.node(link.child).is_kpi
        ]
    )
    weights = board.standing.effective(top, board.column)
    found = [
        one for one in found or top if board.score(one).status in {Status.OFF_TRACK, Status.AT_RISK}
    ]
    return max(found, key=lambda one: _lost(board, one, weights.get(one, 1.0)), default=None)


def lost_points(board: Board) -> str:
    """Say, beneath a single top-level objective, where its missing points are lost."""
    if len(board.cascade.top) != 1 or isnan(board.score(board.cascade.top[0]).score):
        return ""
    top = board.cascade.top[0]
    weights = board.standing.effective([top], board.column)
    parts = [link.child for link in board.cascade.children(top) if link.child in weights]
    lost = {one: _lost(board, one, weights[one]) for one in parts}
    losers = [one for one in sorted(lost, key=lambda one: -lost[one]) if lost[one] >= SEEN]
    if not losers:
        return ""
    told = [f"{board.node(one).name} {shown.points(lost[one])}" for one in losers[:MOST_TOLD]]
    rest = losers[MOST_TOLD:]
    if rest:
        told.append(f"{len(rest)} more {shown.points(sum(lost[one] for one in rest))}")
    missing = shown.points(100 - board.score(top).score)
    where = " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)
    return f"Of the {missing} points that are missing: {where}."


def parts_sentence(board: Board, parts: Sequence[tuple[str, float]]) -> str:
    """Say which part gives least of what it could give."""
    known = [(code, weight) for code, weight in parts if not isnan(board.score(code).score)]
    lost = {code: _lost(board, code, weight) for code, weight in known}
    worst = max(lost, key=lambda code: lost[code], default=None)
    if worst is None:
        return f"No part has a score for {board.context.period_name} yet"
    if lost[worst] < SEEN:
        which = "Every part" if len(known) == len(parts) else "Every part with a score"
        return f"{which} gives all it can"
    told = f"{board.node(worst).name} gives away {shown.points(lost[worst])} points"
    return f"{told}, the most of all" if len(parts) > 1 else told


def score_change(board: Board, code: str) -> str:
    """Say by how many points a score has moved since the period before."""
    return since_before(board, board.score(code).score - board.score(code, 1).score)


def since_before(board: Board, change: float) -> str:
    """Say a change since the period before, if one decimal can show it."""
    if isnan(change) or abs(change) < SEEN:
        return ""
    before = name_of(board.context.history[-2])
    return f"{shown.number(change, 1, signed=True)} since {before}"
