"""What an unknown score or figure waits for: the figures still owed, with whoever enters them."""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan

from dashboards.selectors.board import Board
from dashboards.selectors.cascade import NodeFacts

MOST_NAMED = 3


def waiting_for(board: Board, code: str) -> list[str]:
    """List the KPIs that count in a node's score and are unknown, the weightiest first."""
    weights: Mapping[str, float] = board.standing.effective([code], board.column)
    unknown = [
        one
        for one in sorted(weights, key=lambda one: (-weights[one], one))
        if board.node(one).is_kpi and not isnan(board.score(one).target)
        if isnan(board.score(one).score) and board.score(one).is_scored
    ]
    return [one for one in unknown if one != code]


def owed(board: Board, codes: Iterable[str]) -> list[str]:
    """List what KPIs without a value wait for, in their order: the missing figures behind them.

    A calculated KPI whose inputs are all there, and that has no value with them, waits for itself.
    """
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = list(codes)[::-1]
    while waiting:
        code = waiting.pop()
        if code in seen or not isnan(board.score(code).value):
            continue
        seen.add(code)
        missing = [one for one in board.cascade.requires(code) if isnan(board.score(one).value)]
        if missing:
            waiting += missing[::-1]
        else:
            found.setdefault(code)
    return list(found)


def figures_beneath(board: Board, code: str) -> list[str]:
    """List the KPIs that people enter and a node's score stands on, by code."""
    weights = board.standing.effective([code], board.column)
    waiting = [one for one in weights if not isnan(board.score(one).target)]
    seen: set[str] = set()
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += board.cascade.requires(one)
    return sorted(one for one in seen if not board.node(one).formula)


def owed_beneath(board: Board, code: str) -> list[str]:
    """List the figures that a node's score waits for, those of the weightiest KPI first."""
    return owed(board, waiting_for(board, code))


def waits_for(board: Board, codes: Sequence[str]) -> str:
    """Name what is owed and whose it is: "Raw materials (Operations, Anna) and 2 more"."""
    told = [_with_owner(board.node(code)) for code in codes]
    if len(told) > MOST_NAMED:
        return f"{told[0]} and {len(told) - 1} more"
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def _with_owner(node: NodeFacts) -> str:
    return f"{node.name} ({who(node)})" if who(node) else node.name


def who(node: NodeFacts) -> str:
    """Name whose figure it is: its department and, if there is one, its owner."""
    return ", ".join(dict.fromkeys(one for one in (node.department_name, node.owner) if one))
