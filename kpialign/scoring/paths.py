"""What leads up to what: along links, and from a formula's inputs to the KPI that it calculates."""

from collections.abc import Iterable, Mapping, Sequence

from kpialign.scoring.inputs import LinkInput, NodeInput
from kpialign.scoring.plan import live_links


def beneath(
    nodes: Sequence[NodeInput],
    links: Iterable[LinkInput],
    uses: Mapping[int, Sequence[int]],
    tops: Iterable[int],
) -> set[int]:
    """Give the tops and every node from which a path leads up to one of them.

    An archived node carries nothing up. `uses` holds the inputs of each formula.
    """
    below: dict[int, list[int]] = {}
    for link in live_links(nodes, links):
        below.setdefault(link.parent, []).append(link.child)
    for node, used in uses.items():
        if not nodes[node].archived:
            below.setdefault(node, []).extend(used)
    found = set(tops)
    waiting = list(found)
    while waiting:
        for child in below.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found
