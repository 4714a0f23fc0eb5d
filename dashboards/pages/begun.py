"""What stands here before any period does: the nodes of a cascade that has only begun."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.pages.findings import Mend
from dashboards.pages.lowered import many
from dashboards.pages.measures import named
from dashboards.pages.node import edits_of
from dashboards.selectors.cascade import Cascade, NodeFacts

MOST_SHOWN = 50


@dataclass(frozen=True)
class BegunNode:
    """A node, what it stands beneath, and the forms that go on with it."""

    name: str
    kind: str
    beneath: str
    edits: Sequence[Mend]


@dataclass(frozen=True)
class Begun:
    """A cascade without any target or figure yet."""

    headline: str
    nodes: Sequence[BegunNode]
    more_count: int


def begun(cascade: Cascade, *, may_edit: bool) -> Begun | None:
    """Tell of a cascade that has only begun; None where there is none at all."""
    if not cascade.nodes:
        return None
    kpis = sum(node.is_kpi for node in cascade.nodes.values())
    size = f"{many(len(cascade.nodes) - kpis, 'objective')} and {many(kpis, 'KPI')}"
    ordered = sorted(cascade.nodes.values(), key=lambda node: (node.is_kpi, node.name, node.code))
    return Begun(
        headline=f"{size} so far, and no target or figure yet",
        nodes=[_node(cascade, node, may_edit=may_edit) for node in ordered[:MOST_SHOWN]],
        more_count=max(len(ordered) - MOST_SHOWN, 0),
    )


def _node(cascade: Cascade, node: NodeFacts, *, may_edit: bool) -> BegunNode:
    parents = [cascade.nodes[link.parent].name for link in cascade.parents(node.code)]
    return BegunNode(
        name=node.name,
        kind="KPI" if node.is_kpi else "Objective",
        beneath=f"beneath {named(parents)}" if parents else "",
        edits=edits_of(node) if may_edit else [],
    )
