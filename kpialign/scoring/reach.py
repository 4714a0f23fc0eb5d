"""What a change reaches: formulas that use a value, then parents by links; entities above."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Reach:
    """The nodes and entities whose scores a change can touch."""

    nodes: frozenset[str]
    entities: frozenset[str]


def reach(
    *,
    nodes: Iterable[str],
    entities: Iterable[str],
    users: Mapping[str, Iterable[str]],
    parents: Mapping[str, Iterable[str]],
    groups: Mapping[str, str],
) -> Reach:
    """Follow a change of some nodes at some entities to all that may score otherwise after it.

    `users` gives the KPIs whose formula mentions a KPI, `parents` the nodes that a node is linked
    beneath, `groups` the parent entity of each member. All periods of what is reached count as
    touched: time functions, longer periods and held values carry a change to other ones.

    >>> found = reach(
    ...     nodes=["receivables"], entities=["TEXAS"], users={"receivables": ["DSO"]},
    ...     parents={"DSO": ["CCC"], "CCC": ["liquidity"]}, groups={"TEXAS": "GROUP"},
    ... )
    >>> sorted(found.nodes), sorted(found.entities)
    (['CCC', 'DSO', 'liquidity', 'receivables'], ['GROUP', 'TEXAS'])
    """
    values = _closure(nodes, users)
    scores = _closure(values, parents)
    above: dict[str, Iterable[str]] = {member: [group] for member, group in groups.items()}
    return Reach(frozenset(scores), frozenset(_closure(entities, above)))


def inputs_of(nodes: Iterable[str], uses: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Give the nodes together with all KPIs that their formulas use, however indirectly.

    >>> sorted(inputs_of(["CCC"], {"CCC": ["DSO"], "DSO": ["receivables", "revenue"]}))
    ['CCC', 'DSO', 'receivables', 'revenue']
    """
    return frozenset(_closure(nodes, uses))


def _closure(start: Iterable[str], leads_to: Mapping[str, Iterable[str]]) -> set[str]:
    found = set(start)
    waiting = list(found)
    while waiting:
        for reached in leads_to.get(waiting.pop(), ()):
            if reached not in found:
                found.add(reached)
                waiting.append(reached)
    return found
