"""Departments by objectives: how each department's KPIs score beneath each objective."""

from collections.abc import Mapping
from math import isnan

from dashboards.pages.measures import covered, score_text
from dashboards.pages.tables import objectives_in_order
from dashboards.rows import STATUS_MARKS, HeatCell, HeatMap, HeatRow
from dashboards.selectors.board import Board
from kpialign.scoring.contribution import DepartmentScore
from kpialign.scoring.status import Status, status_of

DEEP_RED, DEEP_GREEN = 40.0, 95.0
Scores = Mapping[str, DepartmentScore]


def heat_map(board: Board) -> HeatMap | None:
    """Put the map together; None where no department has a scored KPI beneath an objective."""
    objectives = [
        code
        for code in objectives_in_order(board)
        if any(board.node(link.child).is_kpi for link in board.cascade.children(code))
    ]
    by_objective = {code: board.standing.department_scores(code) for code in objectives}
    names = {
        node.department: node.department_name
        for node in board.cascade.nodes.values()
        if node.is_kpi
    }
    rows = [
        HeatRow(code, name, [_cell(board, by_objective[one].get(code)) for one in objectives])
        for code, name in sorted(names.items(), key=lambda item: item[1])
    ]
    rows = [row for row in rows if any(cell.mark for cell in row.cells)]
    if not rows:
        return None
    heads = [(code, board.node(code).name) for code in objectives]
    return HeatMap(_sentence(board, by_objective, names), heads, rows)


def _cell(board: Board, found: DepartmentScore | None) -> HeatCell:
    if found is None or isnan(found.coverage[board.column]):
        return HeatCell()
    score, coverage = float(found.score[board.column]), float(found.coverage[board.column])
    limits = board.context.limits
    status = status_of(score, coverage, limits)
    text = score_text(score, limits)
    return HeatCell(text, _tone(status, score), STATUS_MARKS[status], covered(coverage))


def _tone(status: Status, score: float) -> str:
    if status == Status.ON_TRACK:
        return "g2" if score >= DEEP_GREEN else "g1"
    if status == Status.OFF_TRACK:
        return "b2" if score < DEEP_RED else "b1"
    return "mid" if status == Status.AT_RISK else "unknown"


def _sentence(board: Board, found: Mapping[str, Scores], names: Mapping[str, str]) -> str:
    """Say which department scores least, and on what."""
    known = [
        (float(score.score[board.column]), names[department], board.node(objective).name)
        for objective, scores in found.items()
        for department, score in scores.items()
        if not isnan(score.score[board.column])
    ]
    if not known:
        return "No department has a score yet"
    least, department, objective = min(known)
    limits = board.context.limits
    if least >= limits.on_track:
        return "Every department is on track on every objective it serves"
    return f"{department} scores {score_text(least, limits)} on {objective}"
