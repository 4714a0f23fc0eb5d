"""KPIs by entities: what each KPI of a department or objective has reached at a few entities."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.figures import shown
from dashboards.figures.shown import Figure
from dashboards.pages.measures import score_text
from dashboards.pages.tables import objectives_in_order, scored_kpis
from dashboards.rows import STATUS_MARKS, StatusMark
from dashboards.selectors.cascade import NodeFacts
from dashboards.selectors.comparing import Columns
from dashboards.selectors.context import name_of
from kpialign.scoring.status import Status
from kpis.selectors.closing import is_active
from organisation.models import Entity


@dataclass(frozen=True)
class MatrixCell:
    """What one KPI or objective has reached at one entity."""

    entity: str
    figure: Figure
    mark: StatusMark
    is_absent: bool  # the entity is not active in the period


@dataclass(frozen=True)
class MatrixRow:
    """One KPI or objective across the entities."""

    code: str
    name: str
    is_kpi: bool
    unit: str
    cells: Sequence[MatrixCell]


@dataclass(frozen=True)
class MatrixHead:
    """One entity above its column."""

    code: str
    name: str
    member_count: int
    currency: str


@dataclass(frozen=True)
class MatrixPage:
    """Everything that the matrix shows."""

    headline: str
    name: str
    heads: Sequence[MatrixHead]
    rows: Sequence[MatrixRow]
    has_money: bool
    found: Columns

    @property
    def earlier(self) -> int:
        """The page of columns before; 0: none."""
        return self.found.page - 1

    @property
    def later(self) -> int:
        """The page of columns after; 0: none."""
        return self.found.page + 1 if self.found.page < self.found.page_count else 0


def matrix_page(found: Columns) -> MatrixPage:
    """Put the matrix together from the scores at each entity."""
    board = found.board
    nodes = [board.node(code) for code in _codes(found)]
    return MatrixPage(
        headline=_headline(found, nodes),
        name=_name(found),
        heads=[_head(found, one) for one in found.entities],
        rows=[_row(found, node) for node in nodes],
        has_money=any(node.unit == "money" for node in nodes),
        found=found,
    )


def _codes(found: Columns) -> list[str]:
    """Choose the rows: a department's KPIs, those beneath an objective, or the objectives."""
    board = found.board
    if found.department:
        own = [
            node.code
            for node in board.cascade.nodes.values()
            if node.is_kpi and node.department == found.department.code
        ]
        scored = set(scored_kpis(board))
        return sorted(own, key=lambda code: (code not in scored, board.node(code).name))
    if found.objective:
        weights = board.standing.influence([found.objective.code], board.column)
        beneath = [code for code in weights if code != found.objective.code]
        return sorted(beneath, key=lambda code: (-weights[code], board.node(code).name))
    return objectives_in_order(board)


def _name(found: Columns) -> str:
    if found.department:
        return found.department.name
    return found.objective.name if found.objective else "Objectives"


def _head(found: Columns, entity: Entity) -> MatrixHead:
    context = found.board.context
    currency = entity.currency or context.organisation.currency
    return MatrixHead(entity.code, entity.name, len(context.members_of(entity)), currency)


def _row(found: Columns, node: NodeFacts) -> MatrixRow:
    scores = [found.score(node.code, one) for one in found.entities]
    currency = found.board.context.organisation.currency
    amounts = [one.value for one in scores]
    unit = shown.unit_of(node.unit, node.decimals, currency=currency, amounts=amounts)
    limits, period = found.board.context.limits, found.board.context.period
    cells = []
    for entity, now in zip(found.entities, scores, strict=True):
        figure = Figure(score_text(now.score, limits))
        if node.is_kpi:
            figure = shown.figure(now.value, unit)
        absent = not is_active(entity, period)
        cells.append(MatrixCell(entity.code, figure, STATUS_MARKS[now.status], absent))
    suffix = unit.suffix.removeprefix(currency).strip() if node.unit == "money" else unit.suffix
    return MatrixRow(node.code, node.name, node.is_kpi, suffix, cells)


def _headline(found: Columns, nodes: Sequence[NodeFacts]) -> str:
    """Say at which of the entities most is off track."""
    counts = {
        one.name: sum(found.score(node.code, one).status == Status.OFF_TRACK for node in nodes)
        for one in found.entities
    }
    what = (
        f"{_name(found)} at {len(found.entities)} entities, {name_of(found.board.context.period)}"
    )
    worst = max(counts, key=lambda name: counts[name], default="")
    if not worst or not counts[worst]:
        return f"{what}: nothing is off track"
    return f"{what}: {worst} has the most off track, {counts[worst]} of {len(nodes)}"
