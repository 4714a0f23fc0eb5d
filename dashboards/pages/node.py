"""What the cascade's page tells beside the tree of one chosen node."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboards.figures import shown
from dashboards.pages.findings import FindingShown, Mend, Mending, link_to
from dashboards.pages.measures import score_shown
from dashboards.pages.tree_rows import lag_told, weight_of
from dashboards.rows import ScoreShown
from dashboards.selectors.board import Board
from dashboards.selectors.cascade import LinkFacts, NodeFacts
from kpialign.scoring.findings import Finding
from organisation.models import Department, User
from organisation.permissions import can_edit_cascade

BAR = 96.0


@dataclass(frozen=True)
class Tie:
    """One link of the chosen node: to whom, how heavy or how much later, and why."""

    code: str
    name: str
    amount: str = ""
    bar: str = ""
    score: ScoreShown | None = None
    why: str = ""


@dataclass(frozen=True)
class NodePanel:
    """Everything that is told of a chosen node."""

    node: NodeFacts
    score: ScoreShown
    share: str  # of the strategy, over all its places; empty where it has none
    serves: Sequence[Tie]
    leans_on: Sequence[Tie]
    driven_by: Sequence[Tie]
    drives: Sequence[Tie]
    uses: Sequence[Tie]
    used_by: Sequence[Tie]
    findings: Sequence[FindingShown]
    edits: Sequence[Mend]


def chosen_panel(
    board: Board,
    code: str,
    user: User,
    *,
    about: Mapping[str, Sequence[Sequence[Finding]]],
    departments: Iterable[Department],
) -> NodePanel | None:
    """Tell of the node that an address chooses; None where it chooses none that is here."""
    if code not in board.cascade.nodes:
        return None
    mending = Mending(board, user, departments)
    told = [mending.shown(some) for some in about.get(code, ())]
    return node_panel(board, code, told, may_edit=can_edit_cascade(user))


def node_panel(
    board: Board, code: str, findings: Sequence[FindingShown], *, may_edit: bool
) -> NodePanel:
    """Put together what is told of a node."""
    cascade = board.cascade
    top = cascade.top
    influence = board.standing.influence(top, board.column).get(code, 0.0) / max(len(top), 1)
    return NodePanel(
        node=board.node(code),
        score=score_shown(board, code),
        share=shown.share(influence) if influence else "",
        serves=[_up(board, link) for link in cascade.parents(code)],
        leans_on=[_down(board, link) for link in cascade.children(code)],
        driven_by=[_believed(board, link, link.child) for link in cascade.children(code, "drives")],
        drives=[_believed(board, link, link.parent) for link in cascade.parents(code, "drives")],
        uses=[_tie(board, one) for one in cascade.uses(code)],
        used_by=[_tie(board, one) for one in cascade.users(code)],
        findings=findings,
        edits=edits_of(board.node(code)) if may_edit else [],
    )


def _tie(board: Board, code: str) -> Tie:
    return Tie(code, board.node(code).name)


def _up(board: Board, link: LinkFacts) -> Tie:
    name = board.node(link.parent).name
    return Tie(link.parent, name, f"{weight_of(board, link)} of it", why=link.rationale)


def _down(board: Board, link: LinkFacts) -> Tie:
    whole = sum(one.weight for one in board.cascade.children(link.parent))
    return Tie(
        link.child,
        board.node(link.child).name,
        shown.share(link.weight / whole),
        bar=f"{link.weight / whole * BAR:.1f}",
        score=score_shown(board, link.child),
        why=link.rationale,
    )


def _believed(board: Board, link: LinkFacts, other: str) -> Tie:
    lag = lag_told(link, board.node(link.child))
    return Tie(other, board.node(other).name, lag, why=link.rationale)


def edits_of(node: NodeFacts) -> list[Mend]:
    """List the forms that change a node and what hangs on it."""
    own, code = ("shape_kpi" if node.is_kpi else "shape_objective"), node.code
    children = "Drivers and weights" if node.is_kpi else "Children and weights"
    beneath = f"?parent={code}"
    wanted = [
        (link_to(own, "Edit or archive", code), ""),
        (link_to("shape_children", children, code), ""),
        (link_to("shape_targets", "Targets", code) if node.is_kpi else None, ""),
        (link_to("shape_kpi_new", "New KPI beneath"), beneath),
        (None if node.is_kpi else link_to("shape_objective_new", "New objective beneath"), beneath),
    ]
    return [Mend(link.label, link.url + query) for link, query in wanted if link]
