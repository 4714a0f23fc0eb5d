"""What a worker is about to compute: scores there may still be those of before a change."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dashboards.axis import current_span
from dashboards.models import RecomputeLease
from dashboards.structure import structure_above
from kpialign.scoring.reach import reach
from kpis.selectors.versions import versions_of_plan
from organisation.models import Entity, RecomputeRequest


@dataclass(frozen=True)
class Waiting:
    """The codes of nodes and the keys of entities that outstanding changes can reach."""

    nodes: frozenset[str] = frozenset()
    entities: frozenset[int] = frozenset()

    def holds_all(self, entity: int, codes: Collection[str], count: int) -> bool:
        """Tell whether that many scores of an entity may differ, as a change reaches these."""
        if entity not in self.entities:
            return False
        return len(codes) == count and self.nodes.issuperset(codes)


def what_waits(requests: Sequence[RecomputeRequest]) -> Waiting | None:
    """Follow outstanding changes to all that they reach; None where that is everything."""
    if not requests:
        return Waiting()
    lease = RecomputeLease.objects.first()
    span = current_span()
    is_new_span = lease is None or span is None or span != (lease.span_start, lease.span_end)
    if is_new_span or any(one.kind == RecomputeRequest.Kind.ALL for one in requests):
        return None
    keys = dict(Entity.objects.values_list("code", "pk"))
    nodes: set[str] = set()
    entities: set[int] = set()
    for version in versions_of_plan():
        structure = structure_above(version, {request.key for request in requests})
        for request in requests:
            found = reach(
                nodes=[request.key],
                entities=[request.entity_key] if request.entity_key else set(keys),
                users=structure.users,
                parents=structure.parents,
                groups=structure.groups,
            )
            nodes |= found.nodes
            entities |= {keys[code] for code in found.entities if code in keys}
    return Waiting(frozenset(nodes), frozenset(entities))
