"""The start page of a person: what waits for them, and how their part stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan

from dashboards.figures import shown
from dashboards.pages import headlines
from dashboards.pages.measures import score_shown
from dashboards.pages.tables import objectives_in_order
from dashboards.pages.tasks import TaskRow, returned_rows, task_rows
from dashboards.rows import ObjectiveRow
from dashboards.selectors.board import Board
from dashboards.selectors.context import name_of
from dashboards.selectors.waiting import Waiting
from kpis.models import ReportingPeriod
from kpis.rows import SheetDue
from organisation.models import Department, User

MOST_ROWS = 3


@dataclass(frozen=True)
class DueRow:
    """A sheet that waits for this person, and how urgent it is."""

    department: str
    name: str
    period_label: str
    period_name: str
    told: str
    when: str
    is_overdue: bool


@dataclass(frozen=True)
class HomePage:
    """Everything that the start page shows."""

    headline: str
    returned: Sequence[TaskRow]  # most urgent: before what is due
    due: Sequence[DueRow]
    tasks: Sequence[TaskRow]  # reviews, closes, reopenings: after what is due
    nothing_due: str  # what comes next, for whoever enters figures; empty for the others
    scope: str
    rows: Sequence[ObjectiveRow]
    departments: Sequence[tuple[str, str]]  # code and sentence of those this person heads
    strategy: str
    tops: Sequence[ObjectiveRow]  # the strategy as a whole, for whoever has no sheet of their own

    @property
    def waiting_count(self) -> int:
        """How many things wait."""
        return len(self.returned) + len(self.due) + len(self.tasks)


def home_page(board: Board, user: User, waiting: Waiting) -> HomePage:
    """Put the page together from its board and the sheets that wait."""
    sheets = waiting.sheets
    due = [_due(one, waiting.today) for one in sheets if one.has_gap]
    returned, tasks = returned_rows(waiting), task_rows(waiting)
    scope, rows = _scope(board, user, waiting.headed)
    return HomePage(
        headline=_returned(returned) or _headline(board, due, sheets, tasks),
        returned=returned,
        due=due,
        tasks=tasks,
        nothing_due=_next(waiting.following) if sheets and not (due or returned) else "",
        scope=scope,
        rows=rows,
        departments=[
            (one.code, headlines.department_headline(board, one.code, one.name))
            for one in waiting.headed
        ],
        strategy=headlines.enterprise_headline(board) if sheets else "",
        tops=[] if sheets else [_row(board, code) for code in board.cascade.top],
    )


def _returned(returned: Sequence[TaskRow]) -> str:
    """Say first what came back; nothing is more urgent."""
    if len(returned) > 1:
        return f"{len(returned)} figures were returned to you"
    return returned[0].told if returned else ""


def _headline(
    board: Board, due: Sequence[DueRow], sheets: Sequence[SheetDue], tasks: Sequence[TaskRow]
) -> str:
    if not sheets:
        return headlines.enterprise_headline(board)
    if not due:
        return tasks[0].told if tasks else "Nothing is due"
    if len(due) == 1:
        return f"{due[0].name}: {due[0].told} for {due[0].period_name}"
    return f"{len(due)} sheets wait for figures"


def _due(sheet: SheetDue, today: date) -> DueRow:
    missing, drafts = sheet.missing_to_go, sheet.drafts_to_go
    figures = "figure" if sheet.cell_count == 1 else "figures"
    told = f"{missing} of {sheet.cell_count} {figures} to go" if missing else "all figures are in"
    if drafts:
        told += f", {drafts} {'draft' if drafts == 1 else 'drafts'} not submitted"
    days = (today - sheet.period.end_on).days
    ends = shown.day(sheet.period.end_on)
    return DueRow(
        department=sheet.department.code,
        name=sheet.department.name,
        period_label=sheet.period.label,
        period_name=name_of(sheet.period),
        told=told,
        when=f"the period ended {ends}" if days > 0 else f"the period ends {ends}",
        is_overdue=days > 0,
    )


def _next(following: ReportingPeriod | None) -> str:
    """Say which period opens next."""
    if following is None:
        return "Every figure is in."
    return f"Next: {name_of(following)} opens {shown.day(following.start_on)}."


def _scope(
    board: Board, user: User, headed: Sequence[Department]
) -> tuple[str, list[ObjectiveRow]]:
    """Choose three objectives: a person's own and their departments', else the weakest."""
    beneath = [code for code in objectives_in_order(board) if code not in board.cascade.top]
    scored = [code for code in beneath or board.cascade.top if board.score(code).is_scored]
    own = [code for code in scored if board.node(code).owner_id == user.pk]
    own += [code for code in scored if code not in own and _serves(board, code, headed)]
    if own:
        return "My objectives", [_row(board, code) for code in own[:MOST_ROWS]]
    known = [code for code in scored if not isnan(board.score(code).score)]
    if not known:
        return "Objectives", [_row(board, code) for code in scored[:MOST_ROWS]]
    weakest = sorted(known, key=lambda code: (board.score(code).score, code))
    return "Furthest behind", [_row(board, code) for code in weakest[:MOST_ROWS]]


def _serves(board: Board, objective: str, departments: Sequence[Department]) -> bool:
    """Whether any of the departments has a scored KPI beneath an objective."""
    codes = {one.code for one in departments}
    beneath = board.standing.influence([objective], board.column) if codes else {}
    return any(board.node(one).is_kpi and board.node(one).department in codes for one in beneath)


def _row(board: Board, code: str) -> ObjectiveRow:
    return ObjectiveRow(
        code=code,
        name=board.node(code).name,
        score=score_shown(board, code),
        change=headlines.score_change(board, code),
        note=headlines.worst_cause(board, code),
        owner=board.node(code).owner,
    )
