"""Stored scores: the same bits as computing everything anew gives."""

import time
from collections.abc import Iterator, Mapping
from datetime import timedelta

import numpy as np
from django.utils import timezone

from dashboards.axis import Axis, current_span
from dashboards.blocks import SLOTS, Address, Block, slots_of_nodes
from dashboards.loading import load_inputs
from dashboards.models import NodeSlot, ScoreBlock, WorkerHeartbeat
from dashboards.storing import blocks_of
from kpialign.scoring.compute import compute
from kpialign.verifying.fault import Fault
from kpialign.verifying.waiting import Waiting, what_waits
from kpis.models import Node, ReportingPeriod
from kpis.selectors.closing import Cell, closed_cells
from kpis.selectors.versions import open_versions
from organisation.models import Entity, RecomputeRequest
from organisation.selectors import outstanding_requests

MOST_NAMED = 20  # blocks that differ, told one by one
PATIENCE = 30.0  # for a worker that is at it
ALIVE = timedelta(seconds=30)
STUCK = timedelta(minutes=5)
CHUNK = 2_000
Blocks = Mapping[Address, Block]


def wait_for_scores() -> None:
    """Give a worker that runs the time to compute what is outstanding now."""
    keys = list(outstanding_requests().values_list("pk", flat=True))
    until = time.monotonic() + PATIENCE
    waiting = RecomputeRequest.objects.filter(pk__in=keys[-1:], handled_at=None)
    while keys and _is_worked() and waiting.exists() and time.monotonic() < until:
        time.sleep(0.2)


def _is_worked() -> bool:
    seen = WorkerHeartbeat.objects.filter(name="worker", at__gt=timezone.now() - ALIVE)
    return seen.exists()


def score_faults() -> Iterator[Fault]:
    """Compute every open period anew and compare with what is stored.

    What a change can reach that came in a moment ago, a worker is about to compute.
    """
    requests = list(outstanding_requests())
    if requests and not _is_worked():
        told = "changes wait for a recompute: run recompute_scores, then verify"
        yield Fault("scores_are_current", "scores", told)
        return
    if requests and requests[0].requested_at < timezone.now() - STUCK:
        told = f"changes wait since {requests[0].requested_at:%Y-%m-%d %H:%M} UTC for the worker"
        yield Fault("scores_are_current", "scores", told)
    waiting = what_waits(requests)
    if waiting is None:
        return
    lacking = Node.objects.filter(slot=None, definitions__isnull=False).distinct()
    for code in lacking.values_list("code", flat=True) if ScoreBlock.objects.exists() else ():
        if code not in waiting.nodes:
            yield Fault("node_has_a_slot", code, "has no place among the stored scores")
    yield from _compared(waiting, closed_cells())


def _compared(waiting: Waiting, closed: set[Cell]) -> Iterator[Fault]:
    held: dict[Address, Block] = {}
    unreadable = set[Address]()
    for where, data in _stored(closed):
        try:
            held[where] = whole_block(data)
        except ValueError:
            unreadable.add(where)
            yield _fault(where, f"the bytes of block {where[2]} are no scores")
    wanted = {where: one for where, one in _computed() if where[:2] not in closed}
    differing = [
        (where, nodes)
        for where in sorted({*wanted, *held} - unreadable)
        if (nodes := _differing(where, wanted.get(where), held.get(where), waiting)) is not None
    ]
    for where, nodes in differing[:MOST_NAMED]:
        codes = ", ".join(nodes[:10]) or "nodes without a place"
        yield _fault(where, f"a recompute gives other scores of {codes}")
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
        last = max(slots.values(), default=-1)
        for place, key in enumerate(key for key in loaded.node_ids if key not in slots):
            slots[key] = last + 1 + place  # new, and about to get one; or told of already
        for where, block in blocks_of(loaded, results, slots):
            if periods is None or where[1] in periods:
                yield where, block


def _stored(closed: set[Cell]) -> Iterator[tuple[Address, bytes]]:
    rows = ScoreBlock.objects.values_list("entity", "period", "number", "data").order_by("pk")
    for entity, period, number, data in rows.iterator(CHUNK):
        if (entity, period) not in closed:
            yield (entity, period, number), bytes(data)


def whole_block(data: bytes) -> Block:
    """Read a block of scores. Raises ValueError where bytes are missing or too many."""
    block = Block.read(data)
    if block.figures.shape[1] != block.marks.size:
        message = "a block of scores has other bytes than its count of slots says"
        raise ValueError(message)
    return block


def _differing(
    where: Address, wanted: Block | None, held: Block | None, waiting: Waiting
) -> list[str] | None:
    """Name the nodes whose scores differ in one block; None where it is as it should be."""
    if wanted is not None and held is not None and wanted.bytes() == held.bytes():
        return None
    sizes = [block.marks.size for block in (wanted, held) if block is not None]
    one, other = ((block or Block.empty(0)).grown(max(sizes)) for block in (wanted, held))
    same = (one.figures == other.figures) | (np.isnan(one.figures) & np.isnan(other.figures))
    places = np.flatnonzero(~same.all(axis=0) | (one.marks != other.marks))
    first = where[2] * SLOTS
    slots = NodeSlot.objects.filter(slot__in=[first + int(place) for place in places])
    codes = list(slots.order_by("slot").values_list("node__code", flat=True))
    if waiting.holds_all(where[0], codes, len(places)):
        return None
    return codes


def _fault(where: Address, told: str) -> Fault:
    entity = Entity.objects.filter(pk=where[0]).values_list("code", flat=True).first()
    period = ReportingPeriod.objects.filter(pk=where[1]).values_list("label", flat=True).first()
    return Fault("scores_equal_recompute", f"{entity} {period}", told)
