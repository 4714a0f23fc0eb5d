"""The order of a roll-up: parents by level, in blocks of about as many links as a cache holds."""

from collections.abc import Iterable, Sequence

import numpy as np

from kpialign.scoring.formula.cycles import find_cycle, in_order
from kpialign.scoring.inputs import Aggregation, LinkInput, NodeInput
from kpialign.scoring.kernel import Fold

LINKS_IN_BLOCK = 1_024


class LinkLoopError(ValueError):
    """Links form a loop, so that nothing could be added up."""


def live_links(nodes: Sequence[NodeInput], links: Iterable[LinkInput]) -> list[LinkInput]:
    """Keep the links between active nodes, by parent and then by the child's code."""
    live = [
        link for link in links if not (nodes[link.parent].archived or nodes[link.child].archived)
    ]
    return sorted(live, key=lambda link: (link.parent, link.child))


def roll_up_plan(nodes: Sequence[NodeInput], links: Sequence[LinkInput]) -> list[Fold]:
    """Order live links into folds, children's before their parents'."""
    by_parent: dict[int, list[LinkInput]] = {}
    for link in links:
        by_parent.setdefault(link.parent, []).append(link)
    levels = _levels(nodes, by_parent)
    groups: dict[tuple[int, Aggregation], list[int]] = {}
    for parent in sorted(by_parent):
        groups.setdefault((levels[parent], nodes[parent].aggregation), []).append(parent)
    return [
        _fold(aggregation, run, by_parent)
        for (_, aggregation), parents in sorted(groups.items())
        for run in _runs(parents, by_parent)
    ]


def _levels(nodes: Sequence[NodeInput], by_parent: dict[int, list[LinkInput]]) -> dict[int, int]:
    children = {parent: [link.child for link in links] for parent, links in by_parent.items()}
    loop = find_cycle(children)
    if loop is not None:
        path = " <- ".join(nodes[node].key for node in loop)
        raise LinkLoopError(f"the links form a loop: {path}")
    levels: dict[int, int] = {}
    for node in in_order(children):
        levels[node] = 1 + max((levels[child] for child in children.get(node, ())), default=-1)
    return levels


def _runs(parents: list[int], by_parent: dict[int, list[LinkInput]]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    length = 0
    for parent in parents:
        if length >= LINKS_IN_BLOCK:
            runs.append([])
            length = 0
        runs[-1].append(parent)
        length += len(by_parent[parent])
    return runs


def _fold(
    aggregation: Aggregation, parents: list[int], by_parent: dict[int, list[LinkInput]]
) -> Fold:
    links = [link for parent in parents for link in by_parent[parent]]
    counts = np.array([len(by_parent[parent]) for parent in parents], dtype=np.int64)
    return Fold(
        aggregation=aggregation,
        parents=np.array(parents, dtype=np.int64),
        start=np.cumsum(counts) - counts,
        children=np.array([link.child for link in links], dtype=np.int64),
        weight=np.array([link.weight for link in links], dtype=np.float64)[:, None],
    )
