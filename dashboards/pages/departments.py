"""The list of departments: how each stands, and what it still owes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

from dashboards.figures.sparkline import Sparkline, sparkline
from dashboards.pages import headlines
from dashboards.pages.activity import not_active
from dashboards.pages.department import own_score
from dashboards.pages.tables import scored_kpis, status_counts
from dashboards.rows import ScoreShown, StatusCount
from dashboards.selectors.board import Board
from dashboards.selectors.context import SHOWN
from organisation.models import Department


@dataclass(frozen=True)
class DepartmentRow:
    """One department in the list."""

    code: str
    name: str
    head: str
    score: ScoreShown
    change: str
    sparkline: Sparkline
    counts: Sequence[StatusCount]
    missing_count: int


@dataclass(frozen=True)
class DepartmentsPage:
    """Everything that the list of departments shows."""

    headline: str
    rows: Sequence[DepartmentRow]


def departments_page(board: Board, departments: Iterable[Department]) -> DepartmentsPage:
    """Put the list together from its board and the departments."""
    scored = scored_kpis(board)
    rows = [_row(board, department, scored) for department in departments]
    return DepartmentsPage(_headline(board, rows), rows)


def _row(board: Board, department: Department, scored: Sequence[str]) -> DepartmentRow:
    found = board.standing.department_scores().get(department.code)
    series = [float(one) for one in found.score[-SHOWN:]] if found else []
    own = [one for one in scored if board.node(one).department == department.code]
    entered = [
        node.code
        for node in board.cascade.nodes.values()
        if node.is_kpi and not node.formula and node.department == department.code
    ]
    change = series[-1] - series[-2] if len(series) > 1 else float("nan")
    return DepartmentRow(
        code=department.code,
        name=department.name,
        head=str(department.head) if department.head else "",
        score=own_score(board, found),
        change=headlines.since_before(board, change),
        sparkline=sparkline(series, float("nan")),
        counts=status_counts(board, own, None),
        missing_count=0
        if not_active(board.context)
        else sum(isnan(board.score(one).value) for one in entered),
    )


def _headline(board: Board, rows: Sequence[DepartmentRow]) -> str:
    """Say which department is furthest behind."""
    scores = board.standing.department_scores()
    known = {
        row.name: float(scores[row.code].score[board.column])
        for row in rows
        if row.code in scores and not isnan(scores[row.code].score[board.column])
    }
    if absent := not_active(board.context):
        return absent
    if not known:
        return f"No department has a score for {board.context.period_name} yet"
    on_track = sum(score >= board.context.limits.on_track for score in known.values())
    if on_track == len(known):
        return f"All {len(known)} departments are on track"
    worst = min(known, key=lambda name: known[name])
    many = f"{on_track} of {len(known)} departments" if on_track else "No department"
    return f"{many} {'are' if on_track > 1 else 'is'} on track; {worst} is furthest behind"
