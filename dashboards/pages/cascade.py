"""The page of the cascade: its tree, what is doubtful in it, and one chosen node."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboards.pages.findings import Mend, by_node, gathered, link_to
from dashboards.pages.gathered import GROUPS
from dashboards.pages.node import NodePanel, chosen_panel
from dashboards.pages.opened import Opened
from dashboards.pages.tree import MOST_ROWS, Tree, unasked
from dashboards.pages.tree_rows import TreeRow
from dashboards.selectors.archived import ArchivedNode
from dashboards.selectors.board import Board
from kpialign.scoring.findings import Finding, Severity
from organisation.models import Department, User
from organisation.permissions import can_edit_cascade


@dataclass(frozen=True)
class CascadePage:
    """Everything that the page of the cascade shows."""

    headline: str
    say: str
    rows: Sequence[TreeRow]
    is_cut: bool
    most: int
    opened: str  # the open branches, as the address says them
    is_asked: bool  # whether the address says so
    find: str
    panel: NodePanel | None
    finding_count: int
    archived: Sequence[ArchivedNode] | None  # None: not asked for
    may_edit: bool
    news: Sequence[Mend]

    @property
    def chosen(self) -> str:
        """The code of the chosen node."""
        return self.panel.node.code if self.panel else ""

    @property
    def asked_open(self) -> str:
        """The open branches, where the address says them."""
        return self.opened if self.is_asked else ""

    @property
    def shows_archived(self) -> bool:
        """Whether what is archived was asked for."""
        return self.archived is not None

    @property
    def keeps(self) -> dict[str, str]:
        """What a change of the period leaves as it is."""
        kept = {"open": self.asked_open, "node": self.chosen, "find": self.find}
        return {name: value for name, value in kept.items() if value}


def cascade_page(
    board: Board,
    asked: Mapping[str, str],
    user: User,
    *,
    found: Sequence[Finding],
    departments: Iterable[Department],
    archived: Sequence[ArchivedNode] | None = None,
) -> CascadePage:
    """Put the page together from its board and from what was found in the cascade."""
    may_edit = can_edit_cascade(user)
    groups = gathered(found, board.context.entity.code)
    about = by_node(groups)
    find = asked.get("find", "").strip()
    matches = _matching(board, find)
    opened = _opened(board, asked, matches)
    chosen = asked.get("node", "")
    rows = Tree(board, about, opened, chosen=chosen, matches=matches).rows()
    return CascadePage(
        headline=_headline(board, groups),
        say=_say(board, find, len(matches)),
        rows=rows,
        is_cut=len(rows) == MOST_ROWS,
        most=MOST_ROWS,
        opened=str(opened),
        is_asked="open" in asked,
        find=find,
        panel=chosen_panel(board, chosen, user, about=about, departments=departments),
        finding_count=len(groups),
        archived=archived if may_edit else None,
        may_edit=may_edit,
        news=_news() if may_edit else [],
    )


def _opened(board: Board, asked: Mapping[str, str], matches: Sequence[str]) -> Opened:
    """Open what the address says, or else what a search finds, or what shows few rows."""
    if "open" in asked:
        return Opened.asked(asked["open"])
    return Opened(frozenset(_above(board, matches))) if matches else unasked(board)


def _matching(board: Board, find: str) -> list[str]:
    """List the nodes whose name or code holds some text."""
    wanted = find.casefold()
    nodes = board.cascade.nodes.values() if wanted else ()
    return [one.code for one in nodes if wanted in f"{one.name}\n{one.code}".casefold()]


def _above(board: Board, codes: Sequence[str]) -> set[str]:
    """Gather the branches that must be open to show some nodes."""
    above: set[str] = set()
    waiting = list(codes)
    while waiting:
        one = waiting.pop()
        up = [link.parent for link in board.cascade.parents(one)]
        if not up:
            above |= GROUPS.keys()
        waiting += [parent for parent in up if parent not in above]
        above.update(up)
    return above


def _headline(board: Board, groups: Sequence[Sequence[Finding]]) -> str:
    """Say how large the cascade is and what is doubtful in it."""
    kpis = sum(node.is_kpi for node in board.cascade.nodes.values())
    objectives = len(board.cascade.nodes) - kpis
    size = f"{_many(objectives, 'objective')} and {_many(kpis, 'KPI')}"
    errors = sum(some[0].severity == Severity.ERROR for some in groups)
    if not groups:
        return f"{size}, and nothing in the cascade to mend"
    if errors:
        return f"{size}; {_many(errors, 'error')} in the cascade to mend first"
    return f"{size}; {_many(len(groups), 'finding')} to look at"


def _say(board: Board, find: str, match_count: int) -> str:
    if find:
        return f"{_many(match_count, 'node')} with “{find}” in the name or code."
    shared = sum(len(board.cascade.parents(code)) > 1 for code in board.cascade.nodes)
    told = "What leans on what, from the strategy down to the figures."
    if not shared:
        return told
    stand = "stands" if shared == 1 else "stand"
    return f"{told} {_many(shared, 'node')} {stand} in several places."


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _news() -> list[Mend]:
    wanted = [
        link_to("shape_objective_new", "New objective"),
        link_to("shape_kpi_new", "New KPI"),
    ]
    return [one for one in wanted if one]
