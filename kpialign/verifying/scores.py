"""Stored scores: the same bits as computing everything anew gives."""

from collections.abc import Iterator, Mapping

import numpy as np

from dashboards.axis import Axis, current_span
from dashboards.blocks import SLOTS, Address, Block, read_blocks, slots_of_nodes
from dashboards.loading import load_inputs
from dashboards.models import NodeSlot
from dashboards.services.moment import as_of_one_moment
from dashboards.storing import blocks_of
from kpialign.scoring.compute import compute
from kpialign.verifying.fault import Fault
from kpis.models import ReportingPeriod
from kpis.selectors.closing import closed_cells
from kpis.selectors.versions import open_versions
from organisation.models import Entity
from organisation.selectors import outstanding_requests

MOST_NAMED = 20  # blocks that differ, told one by one
Blocks = Mapping[Address, Block]


def score_faults() -> Iterator[Fault]:
    """Compute every open period anew and compare with what is stored."""
    with as_of_one_moment():
        if outstanding_requests().exists():
            told = "changes wait for a recompute: run recompute_scores, then verify"
            yield Fault("scores_are_current", "scores", told)
            return
        closed = closed_cells()
        wanted = {where: one for where, one in _computed() if where[:2] not in closed}
        held = {where: one for where, one in _stored().items() if where[:2] not in closed}
        differing = [
            where for where in {*wanted, *held} if _bytes(wanted, where) != _bytes(held, where)
        ]
        for where in sorted(differing)[:MOST_NAMED]:
            yield _fault(where, wanted.get(where), held.get(where))
    if len(differing) > MOST_NAMED:
        told = f"{len(differing) - MOST_NAMED} more blocks of scores differ"
        yield Fault("scores_equal_recompute", "scores", told)


def _computed() -> Iterator[tuple[Address, Block]]:
    span = current_span()
    if span is None:
        return
    for version, periods in open_versions(Axis(span).period_ids):
        loaded = load_inputs(version, span)
        results, slots = compute(loaded.inputs), slots_of_nodes(loaded.node_ids)
        lacking = [key for key in loaded.node_ids if key not in slots]
        if lacking:
            raise LookupError(f"nodes {lacking[:5]} have no slot")
        for where, block in blocks_of(loaded, results, slots):
            if periods is None or where[1] in periods:
                yield where, block


def _stored() -> Blocks:
    entities = Entity.objects.values_list("pk", flat=True)
    return read_blocks(entities=entities, periods=_all_periods())


def _all_periods() -> list[int]:
    return list(ReportingPeriod.objects.values_list("pk", flat=True))


def _bytes(blocks: Blocks, where: Address) -> bytes | None:
    return blocks[where].bytes() if where in blocks else None


def _fault(where: Address, wanted: Block | None, held: Block | None) -> Fault:
    """Name the nodes whose scores differ in one block."""
    entity = Entity.objects.get(pk=where[0]).code
    period = ReportingPeriod.objects.get(pk=where[1]).label
    sizes = [block.marks.size for block in (wanted, held) if block is not None]
    one, other = ((block or Block.empty(0)).grown(max(sizes)) for block in (wanted, held))
    same = (one.figures == other.figures) | (np.isnan(one.figures) & np.isnan(other.figures))
    places = np.flatnonzero(~same.all(axis=0) | (one.marks != other.marks))
    first = where[2] * SLOTS
    slots = NodeSlot.objects.filter(slot__in=[first + int(place) for place in places])
    codes = ", ".join(slots.values_list("node__code", flat=True)[:10])
    told = f"a recompute gives other scores of {codes or 'nodes without a slot'}"
    return Fault("scores_equal_recompute", f"{entity} {period}", told)
