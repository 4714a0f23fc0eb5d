"""A row of the cascade's tree: a node in one of its places, with all that is told of it there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.figures import shown
from dashboards.pages.findings import ERROR, WARNING
from dashboards.rows import ScoreShown, StatusMark
from dashboards.selectors.board import Board
from dashboards.selectors.cascade import LinkFacts, NodeFacts
from kpialign.scoring.findings import Finding, Severity


@dataclass(frozen=True)
class Badge:
    """How many findings a row carries, and whether they lie inside a closed branch."""

    count: int
    mark: StatusMark
    is_inside: bool


@dataclass(frozen=True)
class Place:
    """Where a row stands: its level, its number among its siblings, and the codes above it."""

    path: tuple[str, ...]
    number: int
    size: int

    @property
    def level(self) -> int:
        """The depth, from 1."""
        return len(self.path)

    @property
    def key(self) -> str:
        """What is the row's alone: the codes from the top down."""
        return "/".join(self.path)

    @property
    def parent_key(self) -> str:
        """The key of the row above."""
        return "/".join(self.path[:-1])


@dataclass(frozen=True)
class TreeRow:
    """One row of the tree: a node in one of its places, or a group."""

    place: Place
    code: str
    name: str
    relation: str  # top, contributes, drives, uses, group
    is_kpi: bool
    is_calculated: bool = False
    note: str = ""
    is_open: bool | None = None  # None: nothing inside
    toggle: str = ""
    weight: str = ""
    share: str = ""
    bar: str = ""
    score: ScoreShown | None = None
    owner: str = ""
    department: str = ""
    place_count: int = 1
    badge: Badge | None = None
    is_chosen: bool = False
    is_match: bool = False

    @property
    def is_group(self) -> bool:
        """Whether the row only gathers others."""
        return self.relation == "group"


def badge(own: Sequence[Sequence[Finding]], inside: Sequence[Sequence[Finding]]) -> Badge | None:
    """Count what was found about a row's node and inside it; the worst gives the shape."""
    found = [*own, *inside]
    if not found:
        return None
    severities = Counter(some[0].severity for some in found)
    return Badge(len(found), ERROR if severities[Severity.ERROR] else WARNING, not own)


def weight_of(board: Board, link: LinkFacts | None) -> str:
    """Write a link's weight as a share of its parent's links."""
    if link is None:
        return ""
    whole = sum(one.weight for one in board.cascade.children(link.parent))
    return shown.share(link.weight / whole)


def lag_told(link: LinkFacts, node: NodeFacts) -> str:
    """Say how much later a believed cause is felt, in periods of the child."""
    if not link.lag:
        return "in the same period"
    each = {"monthly": "month", "quarterly": "quarter", "annual": "year"}.get(
        node.frequency, "period"
    )
    return f"{link.lag} {each}{'' if link.lag == 1 else 's'} later"


def relation_told(relation: str, link: LinkFacts | None, node: NodeFacts) -> str:
    """Say in what way a row that is no part of its parent's score belongs to it."""
    if relation == "drives" and link:
        return f"believed to drive it, {lag_told(link, node)}"
    return "in its formula" if relation == "uses" else ""
