"""The page of the strategy map: which nodes are drawn in which bands, and a table of links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from dashboards.figures.strategy_map import Box, MapLink, MapNode, StrategyMap, strategy_map
from dashboards.pages.findings import by_node, gathered
from dashboards.pages.lowered import many
from dashboards.pages.measures import score_shown
from dashboards.pages.node import NodePanel, chosen_panel
from dashboards.pages.tree_rows import lag_told, weight_of
from dashboards.rows import ScoreShown
from dashboards.selectors.board import Board
from dashboards.selectors.cascade import LinkFacts, NodeFacts
from kpialign.scoring.findings import Finding
from organisation.models import Department, User

MOST_NODES = 60
NO_BAND = ""


@dataclass(frozen=True)
class MapBox:
    """A box with what it says and where it leads."""

    at: Box
    node: NodeFacts
    score: ScoreShown
    is_chosen: bool
    is_near: bool  # linked to the chosen node


@dataclass(frozen=True)
class MapRow:
    """A link in the table beside the map."""

    child: NodeFacts
    parent: NodeFacts
    how: str
    amount: str
    why: str


@dataclass(frozen=True)
class MapPage:
    """Everything that the page of the map shows."""

    headline: str
    note: str
    drawn: StrategyMap
    boxes: Sequence[MapBox]
    rows: Sequence[MapRow]
    with_kpis: bool
    panel: NodePanel | None
    asked_open: str = ""
    find: str = ""

    @property
    def chosen(self) -> str:
        """The code of the chosen node."""
        return self.panel.node.code if self.panel else ""

    @property
    def keeps(self) -> dict[str, str]:
        """What a change of the period leaves as it is."""
        kept = {"node": self.chosen, "kpis": "1" if self.with_kpis else ""}
        return {name: value for name, value in kept.items() if value}


def map_page(
    board: Board,
    asked: Mapping[str, str],
    user: User,
    *,
    found: Sequence[Finding],
    departments: Iterable[Department],
    perspectives: Sequence[tuple[str, str]],
) -> MapPage:
    """Put the page together from its board."""
    chosen = asked.get("node", "") if asked.get("node", "") in board.cascade.nodes else ""
    is_kpi = bool(chosen) and board.node(chosen).is_kpi
    with_kpis = bool(asked.get("kpis")) or is_kpi
    everything = [
        code for code, node in board.cascade.nodes.items() if _is_drawn(board, node, with_kpis)
    ]
    shown = everything if len(everything) <= MOST_NODES else _around(board, chosen, with_kpis)
    links = _links(board, set(shown))
    drawn = _draw(board, shown, links, perspectives)
    near = {chosen} | {other for link in links for other in _others(link, chosen)}
    return MapPage(
        headline=_headline(board, shown),
        note=_note(board, len(shown), len(everything), chosen),
        drawn=drawn,
        boxes=[_box(board, box, chosen, near) for box in drawn.boxes],
        rows=[_row(board, link) for link in links],
        with_kpis=with_kpis,
        panel=chosen_panel(
            board,
            chosen,
            user,
            about=by_node(gathered(found, board.context.entity.code)),
            departments=departments,
        ),
    )


def _box(board: Board, box: Box, chosen: str, near: set[str]) -> MapBox:
    is_near = bool(chosen) and box.code in near
    score = score_shown(board, box.code)
    return MapBox(box, board.node(box.code), score, box.code == chosen, is_near)


def _is_drawn(board: Board, node: NodeFacts, with_kpis: bool) -> bool:  # noqa: FBT001  a choice of the page
    """Draw objectives, and on request the KPIs that stand beneath one."""
    if not node.is_kpi:
        return True
    return with_kpis and bool(board.cascade.parents(node.code))


def _around(board: Board, chosen: str, with_kpis: bool) -> list[str]:  # noqa: FBT001  a choice of the page
    """Take what stands above a node, and what lies beneath it as far as the map holds."""
    cascade = board.cascade
    start = chosen or next(iter(cascade.top), next(iter(cascade.nodes)))
    taken = dict.fromkeys([start, *cascade.ancestors(start)])
    level = [start]
    while level and len(taken) < MOST_NODES:
        beneath = [link.child for code in level for link in cascade.children(code)]
        drives = [link.child for code in level for link in cascade.children(code, "drives")]
        level = [
            code
            for code in dict.fromkeys([*beneath, *drives])
            if code not in taken and (with_kpis or not board.node(code).is_kpi)
        ]
        taken |= dict.fromkeys(level[: MOST_NODES - len(taken)])
    return list(taken)


def _links(board: Board, shown: set[str]) -> list[LinkFacts]:
    links = [one for one in board.cascade.links if {one.parent, one.child} <= shown]
    return sorted(links, key=lambda one: (one.kind, one.parent, -one.weight, one.child))


def _draw(
    board: Board,
    shown: Sequence[str],
    links: Sequence[LinkFacts],
    perspectives: Sequence[tuple[str, str]],
) -> StrategyMap:
    depths = _depths(board)
    nodes = [
        MapNode(
            code,
            board.node(code).name,
            _band(board, code),
            depths.get(code, 0),
            has_lane=not board.node(code).is_kpi,
        )
        for code in shown
    ]
    whole: dict[str, float] = {}
    for link in board.cascade.links:
        if link.kind == "contributes":
            whole[link.parent] = whole.get(link.parent, 0.0) + link.weight
    lines = [
        MapLink(link.parent, link.child, link.weight / whole[link.parent])
        if link.kind == "contributes"
        else MapLink(link.parent, link.child, 0.0, is_drive=True)
        for link in links
    ]
    known = {code for code, _ in perspectives}
    bands = [*perspectives, (NO_BAND, "No perspective" if known else "")]
    return strategy_map(bands, nodes, lines)


def _band(board: Board, code: str) -> str:
    """Give the perspective of an objective; a KPI stands with the nearest objective."""
    node = board.node(code)
    if not node.is_kpi:
        return node.perspective
    above = board.cascade.ancestors(code)
    return board.node(above[0]).perspective if above else NO_BAND


def _depths(board: Board) -> dict[str, int]:
    """Give how many links lie on the longest way up from each node."""
    depths = dict.fromkeys(board.cascade.top, 0)
    level = list(depths)
    while level:
        beneath: dict[str, None] = {}
        for code in level:
            for link in board.cascade.children(code):
                if depths.get(link.child, -1) <= depths[code]:
                    depths[link.child] = depths[code] + 1
                    beneath.setdefault(link.child)
        level = list(beneath)
    return depths


def _others(link: LinkFacts, chosen: str) -> list[str]:
    if chosen not in (link.parent, link.child):
        return []
    return [link.parent, link.child]


def _row(board: Board, link: LinkFacts) -> MapRow:
    child, parent = board.node(link.child), board.node(link.parent)
    if link.kind == "contributes":
        return MapRow(child, parent, "contributes to", weight_of(board, link), link.rationale)
    return MapRow(child, parent, "is believed to drive", lag_told(link, child), link.rationale)


def _headline(board: Board, shown: Sequence[str]) -> str:
    """Say what the map holds and which objective is furthest behind."""
    objectives = [code for code in shown if not board.node(code).is_kpi]
    top = board.cascade.top
    below = [code for code in objectives if code not in top]
    known = [code for code in below or objectives if not isnan(board.score(code).score)]
    size = many(len(objectives), "objective")
    if len(top) == 1 and below:
        leads = "leads" if len(below) == 1 else "lead"
        size = f"{many(len(below), 'objective')} {leads} up to {board.node(top[0]).name}"
    if not known:
        return f"{size}; none has a score for {board.context.period_name} yet"
    worst = min(known, key=lambda code: (board.score(code).score, code))
    if board.score(worst).score >= board.context.limits.on_track:
        return f"{size}; all are on track"
    return f"{size}; {board.node(worst).name} is furthest behind"


def _note(board: Board, count: int, whole: int, chosen: str) -> str:
    told = f"Scores of {board.context.period_name}. Lines are as wide as the weight; "
    told += "dashed arrows show what is believed to drive what."
    if count < whole:
        start = board.node(chosen).name if chosen else "the first objective"
        told += f" {count} of {whole:,} nodes, around {start}: choose another to see its branch."
    return told
