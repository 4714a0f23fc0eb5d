"""The rows of KPI tables: which KPIs stand where, and what each row shows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import isnan

from dashboards.figures import shown
from dashboards.figures.shown import Unit
from dashboards.figures.sparkline import sparkline
from dashboards.pages.measures import reference, score_shown, units_of, variance
from dashboards.rows import STATUS_MARKS, KpiRow, ObjectiveGroup, StatusCount
from dashboards.selectors.board import Board
from dashboards.selectors.context import SHOWN
from kpialign.scoring.results import Mark
from kpialign.scoring.status import Status

COUNTED = (Status.OFF_TRACK, Status.AT_RISK, Status.ON_TRACK, Status.NOT_ENOUGH_DATA)
NEEDS_ATTENTION = {Status.OFF_TRACK, Status.AT_RISK}


def kpi_row(board: Board, code: str, unit: Unit, *, depth: int = 0, serves: str = "") -> KpiRow:
    """Put together what a table shows of one KPI."""
    node, now = board.node(code), board.score(code)
    series = board.table.series(code, "value")[-SHOWN:]
    compared = reference(board, code, unit)
    return KpiRow(
        code=code,
        name=node.name,
        is_calculated=bool(node.formula),
        depth=depth,
        department=node.department_name,
        owner=node.owner,
        sparkline=sparkline([float(value) for value in series], now.target),
        actual=shown.figure(now.value, unit),
        reference=compared.text,
        reference_unit=compared.unit,
        is_illustrative=code in board.illustrative and not isnan(now.target),
        variance=variance(board, code, unit),
        score=score_shown(board, code),
        tags=tags(board, code),
        also_serves=serves,
    )


def tags(board: Board, code: str) -> list[str]:
    """Say in a word what is particular about a KPI's figure in the period."""
    marks, node, now = board.score(code).marks, board.node(code), board.score(code)
    said = []
    if isnan(now.value) and now.is_scored:
        said.append("no figure" if node.formula else "late" if is_late(board) else "not in yet")
    if Mark.HELD in marks:
        said.append("held")
    if Mark.TO_DATE in marks:
        said.append("to date")
    if Mark.VALUE_PROVISIONAL in marks:
        said.append("not approved")
    return said


def is_late(board: Board) -> bool:
    """Whether the period has ended, so that its figures are due."""
    reporting_on = board.context.freshness.reporting_on
    return reporting_on is not None and board.context.period.end_on <= reporting_on


def objective_groups(board: Board, chosen: Status | None) -> list[ObjectiveGroup]:
    """Group the KPIs by the objective they stand beneath.

    Without a chosen status the KPIs directly beneath, and the drivers of those that are not on
    track; with one, every KPI of that status, once.
    """
    inside = _chosen(board, chosen) if chosen else _direct(board)
    units = units_of(board, (code for rows in inside.values() for code, _ in rows))
    return [
        ObjectiveGroup(
            code=objective,
            name=board.node(objective).name,
            note=_share_of_strategy(board, objective),
            owner=board.node(objective).owner,
            score=score_shown(board, objective),
            rows=[kpi_row(board, code, units[code], depth=depth) for code, depth in rows],
        )
        for objective, rows in inside.items()
        if rows or not chosen
    ]


def _direct(board: Board) -> dict[str, list[tuple[str, int]]]:
    groups: dict[str, list[tuple[str, int]]] = {}
    for objective in objectives_in_order(board):
        rows: dict[str, int] = {}
        direct = [link.child for link in board.cascade.children(objective)]
        for code in (one for one in direct if board.node(one).is_kpi):
            rows[code] = 0
            if board.score(code).status in NEEDS_ATTENTION:
                drivers = (link.child for link in board.cascade.children(code))
                rows |= {one: 1 for one in drivers if one not in direct and one not in rows}
        if rows:
            groups[objective] = list(rows.items())
    return groups


def _chosen(board: Board, status: Status) -> dict[str, list[tuple[str, int]]]:
    groups: dict[str, list[tuple[str, int]]] = {one: [] for one in objectives_in_order(board)}
    for code in scored_kpis(board):
        nearest = next(iter(board.cascade.ancestors(code)), None)
        if board.score(code).status == status and nearest in groups:
            groups[nearest].append((code, 0))
    return groups


def objectives_in_order(board: Board) -> list[str]:
    """List the objectives from the top down, the heaviest first."""
    ordered: dict[str, None] = {}

    def add(code: str) -> None:
        ordered.setdefault(code)
        for link in board.cascade.children(code):
            if not board.node(link.child).is_kpi and link.child not in ordered:
                add(link.child)

    for code in board.cascade.top:
        add(code)
    return list(ordered)


def scored_kpis(board: Board) -> list[str]:
    """List the scored KPIs beneath any objective, by code."""
    beneath = board.standing.influence(board.cascade.top, board.column)
    return [code for code in beneath if board.node(code).is_kpi and board.score(code).is_scored]


def status_counts(board: Board, codes: Iterable[str], chosen: Status | None) -> list[StatusCount]:
    """Count KPIs by status, the worst first; a status that nobody has is left out."""
    counts = Counter(board.score(code).status for code in codes)
    return [
        StatusCount(STATUS_MARKS[status], counts[status], status == chosen)
        for status in COUNTED
        if counts[status] or status == chosen
    ]


def _share_of_strategy(board: Board, objective: str) -> str:
    """Say what an objective weighs and gives, beneath a single top-level objective."""
    top = board.cascade.top
    if len(top) != 1 or objective == top[0]:
        return ""
    weight = board.standing.effective(top, board.column).get(objective, 0.0)
    score = board.score(objective).score
    if not weight or isnan(score):
        return f"{shown.share(weight)} of the strategy" if weight else ""
    gives, most = shown.points(weight * score), shown.points(weight * 100)
    return f"{shown.share(weight)} of the strategy, gives {gives} of {most} points"


def plain_rows(board: Board, codes: Sequence[str], *, weights: Mapping[str, float]) -> list[KpiRow]:
    """Put together a table of KPIs without groups, those that count most first."""
    units = units_of(board, codes)
    ordered = sorted(codes, key=lambda code: (-weights.get(code, 0.0), board.node(code).name))
    return [kpi_row(board, code, units[code]) for code in ordered]
