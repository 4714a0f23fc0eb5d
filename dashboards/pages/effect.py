"""What the figures that a department enters move: KPIs through formulas, then objectives."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.figures import shown
from dashboards.pages.measures import score_shown
from dashboards.pages.tables import objectives_in_order
from dashboards.rows import ScoreShown
from dashboards.selectors.board import Board


@dataclass(frozen=True)
class MovedObjective:
    """An objective that entered figures move, its score, and the ways they take."""

    code: str
    name: str
    score: ScoreShown
    ways: Sequence[str]


def moved_objectives(board: Board, department: str) -> list[MovedObjective]:
    """List the objectives above a department's entered figures, in the order of the strategy."""
    cascade = board.cascade
    entered = [
        code
        for code, node in cascade.nodes.items()
        if node.is_kpi and node.department == department and not node.formula
    ]
    values = _closure(entered, board)
    found = []
    for objective in objectives_in_order(board):
        ways = [
            way for link in cascade.children(objective) for way in _way(board, link.child, values)
        ]
        if ways:
            score = score_shown(board, objective, with_bounds=True)
            found.append(MovedObjective(objective, board.node(objective).name, score, ways))
    return found


def _closure(codes: Sequence[str], board: Board) -> frozenset[str]:
    """Follow formulas from some KPIs to all whose value rests on them."""
    users: dict[str, list[str]] = {}
    for code in board.cascade.nodes:
        for used in board.cascade.uses(code):
            users.setdefault(used, []).append(code)
    found, waiting = set(codes), list(codes)
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user not in found:
                found.add(user)
                waiting.append(user)
    return frozenset(found)


def _way(board: Board, code: str, values: frozenset[str]) -> list[str]:
    """Say how figures reach a child of an objective: by its value, its drivers, or both."""
    node = board.node(code)
    if not node.is_kpi:
        return []
    drivers = _moved_share(board, code, values)
    if code in values and node.formula:
        told = f"{node.name}, through its formula"
    elif code in values:
        told = node.name
    elif drivers:
        told = f"{node.name}, through its drivers"
    else:
        return []
    share = f"; {shown.share(drivers)} of its driver score" if drivers else ""
    return [told + share]


def _moved_share(board: Board, code: str, values: frozenset[str]) -> float:
    """Add up the shares of a node's drivers whose value moves, or whose own drivers do."""
    links = [link for link in board.cascade.children(code) if board.score(link.child).is_scored]
    moved = [
        link.weight * (1.0 if link.child in values else _moved_share(board, link.child, values))
        for link in links
    ]
    return sum(moved) / sum(link.weight for link in links) if links else 0.0
