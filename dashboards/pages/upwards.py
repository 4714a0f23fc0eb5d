"""Where a node goes: the objectives above it, how much it moves them, and what else uses it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan

from dashboards.figures import shown
from dashboards.pages.measures import score_text
from dashboards.pages.owed import waiting_for
from dashboards.selectors.board import Board

SAME = 1e-9
SEEN = 0.05  # what one decimal can show


@dataclass(frozen=True)
class Upward:
    """One place that a node leads to, in what way, with how many points, and why."""

    code: str
    name: str
    is_kpi: bool
    how: str
    amount: str = ""
    why: str = ""


def upwards(board: Board, code: str) -> list[Upward]:
    """List the objectives above a node with influence, effective weight and contribution."""
    found = []
    for objective in board.cascade.ancestors(code):
        moved = board.standing.influence([objective], board.column).get(code, 0.0)
        counted = board.standing.effective([objective], board.column).get(code, 0.0)
        if moved:
            how = f"moves {shown.share(moved)} of it"
            if abs(moved - counted) > SAME:
                counts = f"counts {shown.share(counted)} in its score" if counted else ""
                how += f", {counts or 'through the results above it'}"
            amount, why = _points(board, code, objective, counted)
            found.append(Upward(objective, board.node(objective).name, False, how, amount, why))  # noqa: FBT003  an objective
    return found


def _points(board: Board, code: str, objective: str, weight: float) -> tuple[str, str]:
    """Say how many points a node gives, where they add up: in means without a gap."""
    score, above = board.score(code).score, board.score(objective).score
    if not weight or isnan(score) or isnan(above) or not _adds_up(board, code, objective):
        return "", ""
    limits = board.context.limits
    gives, most = shown.points(weight * score), shown.points(weight * 100)
    why = f"{score_text(score, limits)} {shown.TIMES} {shown.share(weight)}"
    gain = weight * (100 - score)
    if gain >= SEEN:
        better = score_text(min(above + gain, 100.0), limits)
        why += f"; full attainment would lift it from {score_text(above, limits)} to {better}"
    return f"{gives} of {most} points", why


def _adds_up(board: Board, code: str, objective: str) -> bool:
    """Whether every node from an objective down is a mean with no figure missing."""
    between = [objective, *board.cascade.ancestors(code)]
    is_mean = all(board.node(one).aggregation == "arithmetic" for one in between)
    return is_mean and not waiting_for(board, objective)


def other_uses(board: Board, code: str) -> list[Upward]:
    """List the KPIs above a node, those whose formula uses it, and what it is believed to drive."""
    cascade = board.cascade
    drives = [
        _place(board, link.parent, "is a driver of it", link.rationale)
        for link in cascade.parents(code)
        if board.node(link.parent).is_kpi
    ]
    used = [
        _place(board, one, "goes into its formula", cascade.nodes[one].formula)
        for one in cascade.users(code)
    ]
    believed = [
        _place(board, link.parent, _lag(link.lag), link.rationale)
        for link in cascade.parents(code, "drives")
    ]
    return _once([*drives, *used, *believed])


def _once(places: Sequence[Upward]) -> list[Upward]:
    """Name each place once, with all the ways that lead there."""
    found: dict[str, Upward] = {}
    for one in places:
        held = found.get(one.code)
        if held is None:
            found[one.code] = one
            continue
        why = ". ".join(text.rstrip(".") for text in (held.why, one.why) if text)
        found[one.code] = replace(held, how=f"{held.how} and {one.how}", why=why)
    return list(found.values())


def reached_through_formulas(board: Board, code: str) -> list[Upward]:
    """List the objectives above the KPIs that rest on a node's value, beside its own."""
    seen: dict[str, None] = {}
    waiting = board.cascade.users(code)
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen[one] = None
            waiting += board.cascade.users(one)
    own = set(board.cascade.ancestors(code))
    reached = dict.fromkeys(up for one in seen for up in board.cascade.ancestors(one))
    top = set(board.cascade.top)
    return [_place(board, one, "", "") for one in sorted(reached) if one not in own | top]


def _place(board: Board, code: str, how: str, why: str) -> Upward:
    node = board.node(code)
    return Upward(code, node.name, node.is_kpi, how, why=why)


def _lag(lag: int | None) -> str:
    if not lag:
        return "is believed to drive it"
    return f"is believed to drive it {lag} {'period' if lag == 1 else 'periods'} later"
