"""Read what entities are compared by: one node's scores at each of them, and their parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import Http404, QueryDict

from dashboards.selectors.board import Board, get_department_to_show
from dashboards.selectors.cascade import NodeFacts
from dashboards.selectors.origins import Origins, origins_of
from dashboards.selectors.scores import NodeScore, ScoreTable, stored_tables
from kpis.models import ReportingPeriod
from kpis.selectors.closing import is_active
from organisation.models import Department, Entity

MOST_CHOSEN = 12
MOST_COLUMNS = 6


@dataclass(frozen=True)
class Compared:
    """A node at a group and at its members, or at a set of entities somebody chose.

    `group` is what the members lie beneath: the page's entity, or its parent where it has none.
    `origins` are read where the members' money differs.
    """

    board: Board
    node: NodeFacts
    group: Entity
    entities: Sequence[Entity]
    is_chosen: bool
    origins: Origins | None
    _scores: Mapping[int, NodeScore]

    def score(self, entity: Entity) -> NodeScore:
        """Return the node's score at an entity in the page's period."""
        return self._scores[entity.pk]


def compared(board: Board, asked: QueryDict) -> Compared:
    """Read the scores of the node asked for at the entities asked for, in one query or few."""
    node = _node(board, asked.get("node", ""))
    context = board.context
    chosen = chosen_entities(board, asked)
    group = context.entity
    members = context.members_of(group)
    if not members and group.parent_id is not None:
        group = context.path[-2]
        members = context.members_of(group)
    entities = chosen or members
    tables = stored_tables(
        [group, *entities], [context.period], _place(board, node), context.limits
    )
    return Compared(
        board=board,
        node=node,
        group=group,
        entities=entities,
        is_chosen=bool(chosen),
        origins=_origins(board, node, group, members),
        _scores={key: table.at(node.code, context.period.pk) for key, table in tables.items()},
    )


def histories(
    board: Board, node: NodeFacts, entities: Sequence[Entity], periods: Sequence[ReportingPeriod]
) -> dict[int, ScoreTable]:
    """Read a node's scores over some periods at several entities, by their keys."""
    return stored_tables(entities, periods, _place(board, node), board.context.limits)


@dataclass(frozen=True)
class Columns:
    """A few entities side by side, with the scores of everything at each of them."""

    board: Board
    entities: Sequence[Entity]
    page: int
    page_count: int
    count: int  # of members, on all pages
    department: Department | None
    objective: NodeFacts | None
    tables: Mapping[int, ScoreTable]

    def score(self, code: str, entity: Entity) -> NodeScore:
        """Return a node's score at an entity in the page's period."""
        return self.tables[entity.pk].at(code, self.board.context.period.pk)


def columns_of(board: Board, asked: QueryDict, page: int) -> Columns:
    """Read the scores of a few entities: a group and some of its members, or those chosen."""
    context = board.context
    chosen = chosen_entities(board, asked)
    members = chosen or [one for one in context.members if is_active(one, context.period)]
    page_count = max(1, -(-len(members) // MOST_COLUMNS))
    page = min(max(1, page), page_count)
    shown = members[(page - 1) * MOST_COLUMNS : page * MOST_COLUMNS]
    entities = shown if chosen else [context.entity, *shown]
    department = asked.get("department", "")
    return Columns(
        board=board,
        entities=entities,
        page=page,
        page_count=page_count,
        count=len(members),
        department=get_department_to_show(department) if department else None,
        objective=_objective(board, asked.get("objective", "")),
        tables=stored_tables(entities, [context.period], board.cascade.places, context.limits),
    )


def _objective(board: Board, code: str) -> NodeFacts | None:
    node = board.cascade.nodes.get(code)
    if code and (node is None or node.is_kpi):
        raise Http404
    return node


def chosen_entities(board: Board, asked: QueryDict) -> list[Entity]:
    """Return the entities that an address names one by one; one that is not there is absent."""
    by_code = {one.code: one for one in board.context.entities}
    codes = list(dict.fromkeys(asked.getlist("with")))[:MOST_CHOSEN]
    if any(code not in by_code for code in codes):
        raise Http404
    return [by_code[code] for code in codes]


def _node(board: Board, code: str) -> NodeFacts:
    if code:
        if code not in board.cascade.nodes:
            raise Http404
        return board.node(code)
    usual = [*board.cascade.top, *board.cascade.nodes]
    return board.node(usual[0])


def _place(board: Board, node: NodeFacts) -> dict[str, int]:
    return {node.code: board.cascade.places[node.code]}


def _origins(
    board: Board, node: NodeFacts, group: Entity, members: Sequence[Entity]
) -> Origins | None:
    """Follow money to members whose currency is another than their group's."""
    if node.unit != "money" or all(one.currency == group.currency for one in members):
        return None
    return origins_of([node.code], group, board.context.period)
