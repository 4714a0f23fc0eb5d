"""The tree of the cascade: what leans on what, row by row, as far as branches are open."""

from collections.abc import Collection, Iterator
from math import isnan, nan

from dashboards.figures import shown
from dashboards.pages.gathered import (
    GROUPS,
    Found,
    formula_inputs,
    found_within,
    loose_groups,
    users_of,
)
from dashboards.pages.measures import score_shown
from dashboards.pages.opened import Opened
from dashboards.pages.tree_rows import Place, TreeRow, badge, relation_told, weight_of
from dashboards.selectors.board import Board
from dashboards.selectors.cascade import LinkFacts

MOST_ROWS = 500
FEW_ROWS = 60  # so many are shown unasked
BAR = 96.0  # how long the bar of the largest share is


class Tree:
    """The cascade of a board, cut into rows."""

    def __init__(
        self,
        board: Board,
        found: Found,
        opened: Opened,
        *,
        chosen: str = "",
        matches: Collection[str] = (),
    ) -> None:
        """Work out once what every row asks for."""
        self._matches = frozenset(matches)
        self._board, self._cascade = board, board.cascade
        self._found, self._opened, self._chosen = found, opened, chosen
        self._inputs = formula_inputs(board)
        users = users_of(self._inputs)
        self._within = found_within(board, found, users)
        self._groups = loose_groups(board, users)
        spread = board.standing.influence(board.cascade.top, board.column)
        below = [share for code, share in spread.items() if code not in board.cascade.top]
        self._tops = max(len(board.cascade.top), 1)
        self._largest = max(below, default=1.0) / self._tops

    def rows(self) -> list[TreeRow]:
        """Give the rows that are open, as many as a page holds."""
        rows: list[TreeRow] = []
        for row in self._roots():
            if len(rows) == MOST_ROWS:
                break
            rows.append(row)
        return rows

    def _roots(self) -> Iterator[TreeRow]:
        groups = [group for group, codes in self._groups.items() if codes]
        size = len(self._cascade.top) + len(groups)
        for number, code in enumerate(self._cascade.top, start=1):
            share = 1 / self._tops if self._board.score(code).is_scored else nan
            yield from self._node(code, Place((code,), number, size), "top", share)
        for number, group in enumerate(groups, start=len(self._cascade.top) + 1):
            yield from self._group(group, Place((group,), number, size))

    def _group(self, group: str, place: Place) -> Iterator[TreeRow]:
        codes = self._groups[group]
        is_open = self._opened.opens(group)
        inside = [some for code in codes for some in self._found.get(code, ())]
        yield TreeRow(
            place,
            group,
            GROUPS[group],
            "group",
            is_kpi=False,
            note=str(len(codes)),
            is_open=is_open,
            toggle=str(self._opened.toggled([group])),
            badge=None if is_open else badge([], inside),
        )
        for number, code in enumerate(codes if is_open else (), start=1):
            yield from self._node(code, Place((*place.path, code), number, len(codes)), "top", nan)

    def _node(
        self, code: str, place: Place, relation: str, share: float, link: LinkFacts | None = None
    ) -> Iterator[TreeRow]:
        inside = [] if relation == "drives" else self._inside(code, place)
        is_open = self._opened.opens(code) if inside else None
        yield self._row(code, place, relation, share, link, is_open=is_open)
        if not is_open:
            return
        shares = self._shares(code, share)
        for number, (child, kind, below) in enumerate(inside, start=1):
            where = Place((*place.path, child), number, len(inside))
            part = shares.get(child, nan) if kind == "contributes" else nan
            yield from self._node(child, where, kind, part, below)

    def _inside(self, code: str, place: Place) -> list[tuple[str, str, LinkFacts | None]]:
        """List what a row opens: children, what is believed to drive it, its formula's inputs."""
        below = self._cascade.children(code)
        drives = self._cascade.children(code, "drives")
        named = {link.child for link in below}
        uses = [one for one in self._inputs.get(code, ()) if one not in named]
        listed: list[tuple[str, str, LinkFacts | None]] = [
            *((link.child, "contributes", link) for link in below),
            *((link.child, "drives", link) for link in drives),
            *((one, "uses", None) for one in uses),
        ]
        return [one for one in listed if one[0] not in place.path]

    def _shares(self, code: str, share: float) -> dict[str, float]:
        """Split a share of the strategy among the scored children of a node."""
        scored = {
            link.child: link.weight
            for link in self._cascade.children(code)
            if self._board.score(link.child).is_scored
        }
        whole = sum(scored.values())
        return {child: share * weight / whole for child, weight in scored.items()}

    def _row(
        self,
        code: str,
        place: Place,
        relation: str,
        share: float,
        link: LinkFacts | None,
        *,
        is_open: bool | None,
    ) -> TreeRow:
        node = self._board.node(code)
        inside = [] if is_open or is_open is None else self._within.get(code, [])
        return TreeRow(
            place,
            code,
            node.name,
            relation,
            is_kpi=node.is_kpi,
            is_calculated=bool(node.formula),
            note=relation_told(relation, link, node),
            is_open=is_open,
            toggle="" if is_open is None else str(self._opened.toggled([code])),
            weight=weight_of(self._board, link) if relation == "contributes" else "",
            share="" if isnan(share) else shown.share(share),
            bar=self._bar(share),
            score=score_shown(self._board, code) if relation != "drives" else None,
            owner=node.owner,
            department=node.department_name,
            place_count=len(self._cascade.parents(code)),
            badge=badge(self._found.get(code, ()), inside) if relation != "drives" else None,
            is_chosen=code == self._chosen,
            is_match=code in self._matches,
        )

    def _bar(self, share: float) -> str:
        """Draw a share against the largest beneath the top; the whole needs no bar."""
        if isnan(share) or share > self._largest:
            return ""
        return f"{share / self._largest * BAR:.1f}"


def unasked(board: Board) -> Opened:
    """Open the top level, and the next one too where that makes few rows."""
    cascade = board.cascade
    second = [link.child for code in cascade.top for link in cascade.children(code)]
    third = sum(len(cascade.children(code)) for code in dict.fromkeys(second))
    few = len(cascade.top) + len(second) + third <= FEW_ROWS
    objectives = [code for code in second if not board.node(code).is_kpi]
    return Opened(frozenset([*cascade.top, *(objectives if few else [])]))
