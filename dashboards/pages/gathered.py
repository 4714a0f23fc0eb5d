"""What the tree of the cascade gathers: findings inside branches, and KPIs that stand nowhere."""

from collections.abc import Mapping, Sequence

from dashboards.selectors.board import Board
from kpialign.scoring.findings import Finding

UNLINKED, INPUTS = "~unlinked", "~inputs"
GROUPS = {
    UNLINKED: "KPIs that serve no objective yet",
    INPUTS: "Inputs of formulas",
}
Found = Mapping[str, Sequence[Sequence[Finding]]]


def formula_inputs(board: Board) -> dict[str, list[str]]:
    """Map each calculated KPI to what its formula names; reading a formula takes a while."""
    nodes = board.cascade.nodes.values()
    return {node.code: board.cascade.uses(node.code) for node in nodes if node.formula}


def users_of(inputs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Map each KPI to those whose formula uses it."""
    users: dict[str, list[str]] = {}
    for code, used in inputs.items():
        for one in used:
            users.setdefault(one, []).append(code)
    return users


def found_within(
    board: Board, found: Found, users: Mapping[str, Sequence[str]]
) -> dict[str, list[Sequence[Finding]]]:
    """Gather, for every node, what was found about the nodes beneath it."""
    within: dict[str, list[Sequence[Finding]]] = {}
    for code, groups in found.items():
        above: set[str] = set()
        waiting = [code]
        while waiting:
            one = waiting.pop()
            up = [link.parent for link in board.cascade.parents(one)] + list(users.get(one, ()))
            waiting += [parent for parent in up if parent not in above]
            above.update(up)
        for parent in above - {code}:
            within.setdefault(parent, []).extend(groups)
    return within


def loose_groups(board: Board, users: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Gather the KPIs that stand under nothing, so that none is hidden."""
    cascade = board.cascade
    loose = [
        node for code, node in cascade.nodes.items() if node.is_kpi and not cascade.parents(code)
    ]
    pure = {
        node.code
        for node in loose
        if node.code in users and not node.has_target and not cascade.children(node.code)
    }
    ordered = [node.code for node in sorted(loose, key=lambda node: (node.name, node.code))]
    return {
        UNLINKED: [code for code in ordered if code not in pure],
        INPUTS: [code for code in ordered if code in pure],
    }
