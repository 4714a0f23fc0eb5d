"""The page of a department: what it owes, and whether it moves the strategy."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from dashboards.figures import shown
from dashboards.pages import headlines
from dashboards.pages.activity import not_active
from dashboards.pages.charts import parts_chart, score_trend
from dashboards.pages.measures import covered, named, score_shown, score_text
from dashboards.pages.tables import objectives_in_order, plain_rows, scored_kpis, status_counts
from dashboards.rows import STATUS_MARKS, Chart, KpiRow, ScoreShown, StatusCount
from dashboards.selectors.board import Board
from kpialign.scoring.contribution import DepartmentScore
from kpialign.scoring.status import Status, status_of
from organisation.models import Department


@dataclass(frozen=True)
class ServedObjective:
    """An objective that a department serves: its score there, and how much it moves."""

    code: str
    name: str
    influence: str
    own: ScoreShown
    whole: ScoreShown


@dataclass(frozen=True)
class SharedKpi:
    """A KPI that other departments' KPIs lean on, or that several objectives share."""

    code: str
    name: str
    told: str


@dataclass(frozen=True)
class DepartmentPage:
    """Everything that the page of a department shows."""

    code: str
    name: str
    headline: str
    score: ScoreShown
    change: str
    counts: Sequence[StatusCount]
    chosen: Status | None
    objectives: Sequence[ServedObjective]
    rows: Sequence[KpiRow]
    inputs: Sequence[KpiRow]
    missing: Sequence[KpiRow]
    shared: Sequence[SharedKpi]
    charts: Sequence[Chart]
    has_illustrations: bool


def department_page(board: Board, department: Department, chosen: Status | None) -> DepartmentPage:
    """Put the page together from its board."""
    code, name = department.code, department.name
    own = [node for node in board.cascade.nodes.values() if node.is_kpi and node.department == code]
    weights = board.standing.influence(board.cascade.top, board.column)
    scored = [one for one in scored_kpis(board) if board.node(one).department == code]
    listed = [one for one in scored if not chosen or board.score(one).status == chosen]
    inputs = [node.code for node in own if node.code not in scored]
    rows = plain_rows(board, listed, weights=weights)
    input_rows = plain_rows(board, inputs, weights={})
    found = board.standing.department_scores().get(code)
    return DepartmentPage(
        code=code,
        name=name,
        headline=headlines.department_headline(board, code, name),
        score=own_score(board, found),
        change=_change(board, found),
        counts=status_counts(board, scored, chosen),
        chosen=chosen,
        objectives=_served(board, code),
        rows=rows,
        inputs=input_rows,
        missing=[
            row
            for row in (*input_rows, *plain_rows(board, scored, weights=weights))
            if row.actual.is_unknown and not row.is_calculated and not not_active(board.context)
        ],
        shared=_shared(board, code, scored),
        charts=_charts(board, name, found, {one: weights[one] for one in scored}),
        has_illustrations=any(row.is_illustrative for row in rows),
    )


def own_score(board: Board, found: DepartmentScore | None) -> ScoreShown:
    """Write a department's score in the page's period."""
    score = float(found.score[board.column]) if found else float("nan")
    coverage = float(found.coverage[board.column]) if found else float("nan")
    limits = board.context.limits
    mark = STATUS_MARKS[status_of(score, coverage, limits)]
    return ScoreShown(score_text(score, limits), mark, covered(coverage), "", is_provisional=False)


def _change(board: Board, found: DepartmentScore | None) -> str:
    if found is None or not board.column:
        return ""
    change = float(found.score[board.column] - found.score[board.column - 1])
    return headlines.since_before(board, change)


def _served(board: Board, code: str) -> list[ServedObjective]:
    """List the objectives beneath which the department has scored KPIs."""
    served = []
    for objective in objectives_in_order(board):
        found = board.standing.department_scores(objective).get(code)
        if found is None or isnan(found.coverage[board.column]):
            continue
        served.append(
            ServedObjective(
                code=objective,
                name=board.node(objective).name,
                influence=shown.share(_moved(board, code, objective)),
                own=own_score(board, found),
                whole=score_shown(board, objective),
            )
        )
    return served


def _moved(board: Board, department: str, objective: str) -> float:
    """Give how much of an objective a department's KPIs move, wherever they stand beneath it.

    What stands beneath one of its own KPIs moves the objective through that one, and is not
    counted again.
    """
    moved: dict[str, float] = {}
    waiting = [objective]
    while waiting:
        code = waiting[-1]
        shares = _shares(board, code)
        foreign = [one for one in shares if not _belongs(board, one, department)]
        unknown = [one for one in foreign if one not in moved]
        if unknown:
            waiting += unknown
            continue
        moved[code] = sum(share * moved.get(one, 1.0) for one, share in shares.items())
        waiting.pop()
    return moved[objective]


def _belongs(board: Board, code: str, department: str) -> bool:
    return board.node(code).is_kpi and board.node(code).department == department


def _shares(board: Board, code: str) -> dict[str, float]:
    """Give the normalised weights of a node's scored children."""
    links = [one for one in board.cascade.children(code) if board.score(one.child).is_scored]
    whole = sum(link.weight for link in links)
    return {link.child: link.weight / whole for link in links}


def _shared(board: Board, code: str, scored: Sequence[str]) -> list[SharedKpi]:
    found = []
    for one in scored:
        parents = [board.node(link.parent) for link in board.cascade.parents(one)]
        others = [p for p in parents if p.is_kpi and p.department != code]
        objectives = [p for p in parents if not p.is_kpi]
        told = [f"drives {node.name} of {node.department_name}" for node in others]
        if len(objectives) > 1:
            told.append(f"serves {named([node.name for node in objectives])}")
        drivers = [board.node(link.child) for link in board.cascade.children(one)]
        owners = sorted({n.department_name for n in drivers if n.is_kpi and n.department != code})
        if owners:
            told.append(f"is driven by KPIs of {named(owners)}")
        if told:
            found.append(SharedKpi(one, board.node(one).name, "; ".join(told)))
    return found


def _charts(
    board: Board, name: str, found: DepartmentScore | None, weights: dict[str, float]
) -> list[Chart]:
    trend = score_trend(board, name, [float(one) for one in found.score]) if found else None
    whole = sum(weights.values())
    parts = [(one, weights[one] / whole) for one in sorted(weights, key=lambda one: -weights[one])]
    sentence = headlines.parts_sentence(board, parts)
    note = f"Points of the department's score by KPI, by influence, {board.context.period_name}."
    drawn = parts_chart(board, sentence, note, parts)
    return [chart for chart in (trend, drawn) if chart]
