"""Boards made of plain values, without a database, for what is told of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import nan

import numpy as np

from dashboards.selectors.board import Board
from dashboards.selectors.cascade import Cascade, LinkFacts, NodeFacts
from dashboards.selectors.context import Context
from dashboards.selectors.freshness import Freshness
from dashboards.selectors.scores import ScoreTable
from dashboards.selectors.standing import standing_of
from kpialign.scoring.results import QUANTITIES
from kpialign.scoring.status import Thresholds
from kpis.models import ReportingPeriod
from organisation.models import Entity, Organisation

QUARTERS = [
    ReportingPeriod(
        pk=1 + i,
        kind="quarter",
        label=f"202{5 + i // 4}-Q{1 + i % 4}",
        start_on=date(2025 + i // 4, 1 + 3 * (i % 4), 1),
        end_on=date(2025 + i // 4, 3 + 3 * (i % 4), 30),
    )
    for i in range(6)
]
Scores = Mapping[str, Mapping[str, float]]


def node(code: str, **told: object) -> NodeFacts:
    """Tell of a KPI, or with `is_kpi=False` of an objective."""
    facts: dict[str, object] = {
        "pk": 0,
        "code": code,
        "name": code.capitalize(),
        "description": "",
        "is_kpi": True,
        "slot": 0,
        "aggregation": "arithmetic",
        "direction": "higher",
        "formula": "",
        "time_rollup": "sum",
        "unit": "",
        "decimals": None,
        "frequency": "quarterly",
        "category": "",
        "department": "OPS",
        "department_name": "Operations",
        "owner": "",
        "owner_id": None,
        "has_target": True,
    }
    return NodeFacts(**(facts | told))  # type: ignore[arg-type]  # the fields above


def objective(code: str, aggregation: str = "arithmetic") -> NodeFacts:
    """Tell of an objective."""
    return node(code, is_kpi=False, aggregation=aggregation, department="", department_name="")


def make_board(
    nodes: Sequence[NodeFacts],
    links: Sequence[tuple[str, str, float]] = (),
    now: Scores | None = None,
    *,
    before: Scores | None = None,
    compare: str = "",
    reporting_on: date = date(2026, 3, 31),
) -> Board:
    """Make a board of the first quarter of 2026; `before` are the scores of the quarter before."""
    period = QUARTERS[4]
    ordered = {one.code: one for one in sorted(nodes, key=lambda one: one.code)}
    entity = Entity(pk=1, code="GROUP", name="Group")
    context = Context(
        organisation=Organisation(name="Alpine", currency="EUR", min_coverage=0.5),
        freshness=Freshness(0, None, 1, "task", None, "", reporting_on),
        entities=[entity],
        entity=entity,
        periods=QUARTERS,
        period=period,
        default_period=period,
        compare=compare,
    )
    cascade = Cascade(1, ordered, [LinkFacts(*link, "contributes", None, "") for link in links])
    table = _table(ordered, now or {}, before or {}, context.limits)
    return Board(context, cascade, standing_of(cascade, entity, table), frozenset())


def _table(
    nodes: Mapping[str, NodeFacts], now: Scores, before: Scores, limits: Thresholds
) -> ScoreTable:
    codes, periods = tuple(nodes), [one.pk for one in QUARTERS[:5]]
    arrays = {name: np.full((len(codes), len(periods)), nan) for name in QUANTITIES}
    for column, scores in ((4, now), (3, before)):
        for code, quantities in scores.items():
            for name, value in quantities.items():
                arrays[name][codes.index(code), column] = value
    marks = np.zeros((len(codes), len(periods)), dtype=np.uint8)
    return ScoreTable(codes, tuple(periods), arrays, marks, limits)


def scored(score: float, coverage: float = 1.0, **more: float) -> dict[str, float]:
    """Tell of a node with a score."""
    return {"score": score, "coverage": coverage, "low": score, "high": score, **more}


def measured(
    value: float, target: float, baseline: float, score: float, **more: float
) -> dict[str, float]:
    """Tell of a KPI with a figure and a target."""
    raw = {"attainment": score / 100}
    aims = {"value": value, "target": target, "baseline": baseline}
    return scored(score) | raw | aims | more
