"""Read snapshots: which one an entity's closed period is read from, and what it holds."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Exists, OuterRef

from dashboards.blocks import Address, Block
from dashboards.frozen import Frozen, seal, unpack
from dashboards.models import FrozenPart, ScoreSnapshot, SnapshotBlock
from kpialign.scoring.status import Thresholds
from kpis.models import PeriodState

Cell = tuple[int, int]  # entity, period


@dataclass(frozen=True)
class SnapshotHead:
    """What is told of a snapshot without opening it; `is_read` says that its period is closed."""

    pk: int
    entity_id: int
    period_id: int
    number: int
    version_id: int
    closed_at: datetime
    closed_by: str
    limits: Thresholds
    nodes_id: str
    inputs_id: str
    is_read: bool


@dataclass(frozen=True)
class NodesThen:
    """Whose the slots of a snapshot's blocks are, which nodes were archived, who owned KPIs."""

    slots: dict[str, int]
    departments: dict[str, str]
    archived: frozenset[str]


FIELDS = (
    "pk",
    "entity_id",
    "period_id",
    "number",
    "version_id",
    "closed_at",
    "closed_by__name",
    "closed_by__email",
    "on_track",
    "at_risk",
    "min_coverage",
    "nodes_id",
    "inputs_id",
    "is_closed",
)


def snapshot_heads(
    entities: Collection[int], periods: Collection[int]
) -> dict[Cell, list[SnapshotHead]]:
    """Read the snapshots of some entities and periods, the oldest first, in one query."""
    closed = PeriodState.objects.filter(
        entity=OuterRef("entity"), period=OuterRef("period"), state=PeriodState.State.CLOSED
    )
    rows = (
        ScoreSnapshot.objects.filter(entity__in=list(entities), period__in=list(periods))
        .annotate(is_closed=Exists(closed))
        .order_by("number")
        .values_list(*FIELDS)
    )
    found: dict[Cell, list[SnapshotHead]] = {}
    for pk, entity, period, number, version, at, name, email, *rest in rows:
        on_track, at_risk, min_coverage, nodes, inputs, is_closed = rest
        found.setdefault((entity, period), []).append(
            SnapshotHead(
                pk=pk,
                entity_id=entity,
                period_id=period,
                number=number,
                version_id=version,
                closed_at=at,
                closed_by=name or email or "the system",
                limits=Thresholds(on_track, at_risk, min_coverage),
                nodes_id=nodes,
                inputs_id=inputs,
                is_read=is_closed,
            )
        )
    return found


def read_from(heads: Iterable[SnapshotHead]) -> SnapshotHead | None:
    """Return the snapshot that a cell is read from: the last one while it is closed, else none."""
    last = None
    for head in heads:
        last = head
    return last if last is not None and last.is_read else None


def snapshot_blocks(
    heads: Iterable[SnapshotHead], numbers: Collection[int]
) -> dict[Address, Block]:
    """Read the blocks of these numbers from snapshots, in one query; none without snapshots."""
    cells = {head.pk: (head.entity_id, head.period_id) for head in heads}
    if not cells:
        return {}
    rows = SnapshotBlock.objects.filter(snapshot__in=cells, number__in=list(numbers))
    return {
        (*cells[snapshot], number): Block.read(bytes(data))
        for snapshot, number, data in rows.values_list("snapshot", "number", "data").order_by()
    }


def nodes_then(nodes_ids: Collection[str]) -> dict[str, NodesThen]:
    """Read whose slots these are, in one query; what was read lately is not read again."""
    wanted = set(nodes_ids)
    if not wanted:
        return {}
    parts = FrozenPart.objects.filter(pk__in=wanted).values_list("digest", "data")
    return {key: _nodes(bytes(data)) for key, data in parts}


@lru_cache(maxsize=32)
def _nodes(data: bytes) -> NodesThen:
    rows = json.loads(data)
    return NodesThen(
        slots={code: slot for slot, code, _, _ in rows},
        departments={code: department for _, code, department, _ in rows},
        archived=frozenset(code for _, code, _, archived in rows if archived),
    )


def frozen_inputs(head: SnapshotHead) -> Frozen:
    """Open what a snapshot's scores rest on."""
    return unpack(bytes(FrozenPart.objects.values_list("data", flat=True).get(pk=head.inputs_id)))


def seal_of(snapshot: ScoreSnapshot, blocks: Iterable[tuple[int, bytes]]) -> str:
    """Return the SHA-256 over a snapshot and its blocks, given by number in order."""
    facts = {
        "entity": snapshot.entity.code,
        "period": snapshot.period.label,
        "number": snapshot.number,
        "version": snapshot.version.number,
        "closed_at": snapshot.closed_at.isoformat(),
        "closed_by": snapshot.closed_by_id,
        "why": snapshot.why,
        "limits": [snapshot.on_track, snapshot.at_risk, snapshot.min_coverage],
    }
    return seal(facts, [snapshot.nodes_id, snapshot.inputs_id], blocks)
