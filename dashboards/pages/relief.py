"""How much mending a finding would give, so that what matters most is mended first."""

from collections.abc import Iterable, Mapping, Sequence

from dashboards.figures import shown
from dashboards.pages.lowered import SEEN, Lowered
from dashboards.selectors.alignment import Aligned
from dashboards.selectors.board import Board
from kpialign.scoring.findings import Finding, Severity

COMPONENT_OF = {
    "unlinked": "linkage",
    "no_financial_path": "financial_linkage",
    "stale": "freshness",
    "overload": "focus",
    "dead_weight": "decisiveness",
    "green_drivers_red_result": "consistency",
}
Group = Sequence[Finding]


class Relief:
    """The findings of one scope and what each would give if it were mended."""

    def __init__(self, board: Board, aligned: Aligned, scope: Mapping[str, str]) -> None:
        """Work out what takes how much from each component."""
        self._board, self._aligned, self._scope = board, aligned, scope
        lowered = Lowered(board, aligned, "")
        self._points = {
            name: {one.code: one.points for one in reversed(lowered.told(name).culprits)}
            for name in set(COMPONENT_OF.values()) & aligned.weights.keys()
        }
        top = board.cascade.top
        self._tops = max(len(top), 1)
        self._influence = board.standing.influence(top, board.column)
        self._entities = self._beneath()
        self._inside = self._codes_inside()

    def ordered(self, groups: Iterable[Group]) -> list[Group]:
        """Order the findings of the scope: errors first, then by what mending them gives."""
        belong = [cut for some in groups if (cut := self._belonging(some))]
        return sorted(
            belong,
            key=lambda some: (
                some[0].severity != Severity.ERROR,
                -self.gain(some),
                -self._share(some),
                some[0].rule,
                some[0].node,
            ),
        )

    def gain(self, found: Group) -> float:
        """Give by how much alignment would rise."""
        name = COMPONENT_OF.get(found[0].rule, "")
        points = self._points.get(name, {}).get(found[0].node, 0.0)
        return self._aligned.raised(name, points) if points else 0.0

    def told(self, found: Group) -> str:
        """Say what mending would give, or how much of the strategy the node moves."""
        gain, share = self.gain(found), self._share(found)
        if gain >= SEEN:
            return f"would lift alignment by {shown.points(gain)}"
        return f"moves {shown.share(share)} of the strategy" if share else ""

    def _share(self, found: Group) -> float:
        return self._influence.get(found[0].node, 0.0) / self._tops

    def _belonging(self, found: Group) -> list[Finding]:
        """Keep what is about the scope, at the page's entity or one beneath it."""
        if self._inside is not None and found[0].node not in self._inside:
            return []
        return [one for one in found if not one.entity or one.entity in self._entities]

    def _beneath(self) -> set[str]:
        context = self._board.context
        found, waiting = {context.entity.code}, [context.entity]
        while waiting:
            members = context.members_of(waiting.pop())
            waiting += members
            found.update(one.code for one in members)
        return found

    def _codes_inside(self) -> set[str] | None:
        """Give the nodes of an objective or department; None for everything."""
        nodes = self._board.cascade.nodes.values()
        if "department" in self._scope:
            code = self._scope["department"]
            return {node.code for node in nodes if node.department == code} | {code}
        if "objective" in self._scope:
            codes = self._board.standing.table.codes
            at = self._board.standing.position(self._scope["objective"])
            return {codes[one] for one in self._aligned.shape.beneath([at])}
        return None
