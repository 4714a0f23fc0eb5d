"""Bring stored scores up to date: what changes reached, or everything."""

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from dashboards.axis import Axis, Span, current_span
from dashboards.blocks import FORMAT, Address, Block, give_slots, replace_blocks, slots_of_nodes
from dashboards.errors import LeaseLostError, RecomputeFailedError
from dashboards.loading import Loaded, load_inputs
from dashboards.models import RecomputeLease, RecomputeRun
from dashboards.services.lease import begin_run, kept_renewed, release, renew
from dashboards.services.moment import as_of_one_moment
from dashboards.storing import blocks_of, known_results, write_reached
from dashboards.structure import Structure, structure_above
from kpialign.scoring.compute import compute
from kpialign.scoring.reach import Reach, inputs_of, reach
from kpialign.scoring.results import Results
from kpis.models import PlanVersion
from kpis.selectors.closing import Cell, closed_cells
from kpis.selectors.versions import VersionNeeded, open_versions
from organisation.models import Entity, RecomputeRequest
from organisation.selectors import outstanding_requests
from organisation.services.recompute import settle_requests

log = logging.getLogger(__name__)
Kind = RecomputeRequest.Kind
# Above this many nodes the way from rows to scores is shorter for all than for some.
MOST_REACHED = 2000


@dataclass(frozen=True, eq=False)
class Part:
    """What was loaded under one version of the plan, for the periods in which it is in force."""

    loaded: Loaded
    period_ids: frozenset[int] | None = None  # None: all there are


@dataclass(frozen=True, eq=False)
class Work:
    """What one run reads before it computes: what to do, and from what."""

    request_ids: tuple[int, ...]
    span: Span | None
    reached: Reach | None = None  # None: everything
    parts: tuple[Part, ...] = ()  # one for each version of the plan that open periods need
    known: Results | None = None


@dataclass(frozen=True, eq=False)
class Computed:
    """What was computed of one part."""

    part: Part
    results: Results


def refresh_scores(*, path: str, full: bool = False) -> RecomputeRun | None:
    """Bring every score up to date and return the run; None if nothing was outstanding.

    Raises LeaseHeldError while another run is at it, LeaseLostError if one took over, and
    RecomputeFailedError.
    """
    full = full or _must_rebuild()
    # Most ticks end here, without writing anything.
    begun = begin_run(path=path, full=full) if full or outstanding_requests().exists() else None
    if begun is None:
        return None
    run, number = begun
    try:
        with kept_renewed(number):
            work = _read(full=full)
            computed = _compute(work)
        _store(run, number, work, computed)
    except LeaseLostError:
        raise
    except Exception as error:
        told = _fail(run, number, error)
        raise RecomputeFailedError(told) from error
    except BaseException:  # the process is told to end: let another one go on at once
        release(number)
        raise
    run.refresh_from_db()
    return run


def _must_rebuild() -> bool:
    """Tell whether scores are stored in a format of an earlier version of the product."""
    return RecomputeLease.objects.exclude(refreshed_at=None).exclude(block_format=FORMAT).exists()


def _stored_span() -> Span | None:
    lease = RecomputeLease.objects.first()
    if lease is None or lease.span_start is None or lease.span_end is None:
        return None
    return lease.span_start, lease.span_end


def _read(*, full: bool) -> Work:
    """Read requests and figures as of one moment."""
    with as_of_one_moment():
        requests = list(outstanding_requests())
        ids, span = tuple(request.pk for request in requests), current_span()
        if span is None:
            return Work(ids, None)
        needed = open_versions(Axis(span).period_ids)
        if not needed:
            return Work(ids, span)
        reaches_all = any(request.kind == Kind.ALL for request in requests)
        if full or reaches_all or span != _stored_span() or len(needed) > 1:
            return Work(ids, span, parts=_load_all(needed, span))
        version = needed[0][0]
        structure = structure_above(version, {request.key for request in requests})
        reached = _reach_of(requests, structure)
        if len(reached.nodes) > MOST_REACHED:
            return Work(ids, span, parts=_load_all(needed, span))
        loaded = _load_reached(version, span, reached, structure)
        known = known_results(loaded, reached, slots_of_nodes(loaded.node_ids))
        return Work(ids, span, reached, (Part(loaded),), known)


def _load_all(needed: Sequence[VersionNeeded], span: Span) -> tuple[Part, ...]:
    """Load everything under each version that open periods need."""
    return tuple(Part(load_inputs(version, span), periods) for version, periods in needed)


def _reach_of(requests: Sequence[RecomputeRequest], structure: Structure) -> Reach:
    """Follow the changes to all nodes and entities that they touch."""
    everywhere = set(Entity.objects.values_list("code", flat=True))
    nodes: set[str] = set()
    entities: set[str] = set()
    for request in requests:
        found = reach(
            nodes=[request.key],
            entities=[request.entity_key] if request.entity_key else everywhere,
            users=structure.users,
            parents=structure.parents,
            groups=structure.groups,
        )
        nodes |= found.nodes
        entities |= found.entities
    return Reach(frozenset(nodes), frozenset(entities))


def _load_reached(version: PlanVersion, span: Span, reached: Reach, structure: Structure) -> Loaded:
    """Load what is reached, what its formulas use, and the children whose scores are known."""
    needed = inputs_of(reached.nodes, structure.uses)
    beside = {child for node in reached.nodes for child in structure.children.get(node, ())}
    return load_inputs(version, span, needed=needed, given=beside - reached.nodes - needed)


def _compute(work: Work) -> list[Computed]:
    affected = None if work.reached is None else work.reached.nodes
    return [
        Computed(part, compute(part.loaded.inputs, affected=affected, known=work.known))
        for part in work.parts
    ]


def _store(run: RecomputeRun, number: int, work: Work, computed: Sequence[Computed]) -> None:
    """Write what differs, settle the requests and end the run, in one transaction.

    What is closed by now stays as its snapshot has it.
    """
    with transaction.atomic():
        renew(number)
        closed = closed_cells()
        if work.reached is None:
            changed = replace_blocks(_whole(computed), closed=closed)
        else:
            changed = _reached(work.reached, computed, closed)
        settle_requests(work.request_ids)
        now = timezone.now()
        span = work.span or (None, None)
        RecomputeLease.objects.filter(number=number).update(
            expires_at=None,
            span_start=span[0],
            span_end=span[1],
            block_format=FORMAT,
            refreshed_at=now,
        )
        nodes = work.reached.nodes if work.reached else _nodes(computed)
        RecomputeRun.objects.filter(pk=run.pk).update(
            state=RecomputeRun.State.DONE,
            finished_at=now,
            is_full=work.reached is None,
            request_count=len(work.request_ids),
            node_count=len(nodes),
            changed_block_count=changed,
        )


def _nodes(computed: Sequence[Computed]) -> set[str]:
    return {node for one in computed for node in one.results.nodes}


def _whole(computed: Sequence[Computed]) -> Iterator[tuple[Address, Block]]:
    for one in computed:
        loaded, periods = one.part.loaded, one.part.period_ids
        for where, block in blocks_of(loaded, one.results, give_slots(loaded.node_ids)):
            if periods is None or where[1] in periods:
                yield where, block


def _reached(reached: Reach, computed: Sequence[Computed], closed: Collection[Cell]) -> int:
    count = 0
    for one in computed:
        slots = give_slots(one.part.loaded.node_ids)
        count += write_reached(one.part.loaded, one.results, reached, slots, closed=closed)
    return count


def _fail(run: RecomputeRun, number: int, error: Exception) -> str:
    """Note why a run failed and give the lease back; its requests stay outstanding."""
    log.error("A recompute failed", exc_info=error)
    told = f"{type(error).__name__}: {error}"[:500]
    RecomputeRun.objects.filter(pk=run.pk).update(
        state=RecomputeRun.State.FAILED, finished_at=timezone.now(), error=told
    )
    release(number)
    return told
