"""Read snapshots: which one an entity's closed period is read from, and what it holds."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from dashboards.blocks import Address, Block
from dashboards.frozen import Frozen, seal, unpack
from dashboards.models import FrozenPart, ScoreSnapshot, SnapshotBlock
from kpialign.scoring.status import Thresholds
from kpis.models import PeriodState

Cell = tuple[int, int]  # entity, period
MOST_KEPT = 64
_kept: dict[str, "NodesThen"] = {}


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
    """The slots in a snapshot's blocks of the nodes that were active then, and who owned KPIs.

    `places` are the slots of all nodes, the archived ones too: their values stand in the blocks.
    """

    slots: dict[str, int]
    departments: dict[str, str]
    places: dict[str, int]


class Snapshots:
    """The snapshots of some entities and periods; says which one a closed cell is read from."""

    def __init__(self, entities: Collection[int] = (), periods: Collection[int] = ()) -> None:
        """Read them, in one query, and in a second one whose their slots are."""
        self.heads = snapshot_heads(entities, periods) if entities and periods else {}
        self._read = {cell: head for cell, some in self.heads.items() if (head := some[-1]).is_read}
        self._then = nodes_then({head.nodes_id for head in self._read.values()})

    def head(self, entity_id: int, period_id: int) -> SnapshotHead | None:
        """Return the snapshot that a closed cell is read from; None while it is open."""
        return self._read.get((entity_id, period_id))

    def then(self, head: SnapshotHead) -> NodesThen:
        """Return whose the slots of a snapshot that is read from are."""
        return self._then[head.nodes_id]

    @property
    def read(self) -> Collection[SnapshotHead]:
        """The snapshots that closed cells are read from."""
        return self._read.values()

    def earlier(self, entity_id: int, period_id: int) -> SnapshotHead | None:
        """Return the close before the state now: of a reopened period its last, else one before."""
        heads = self.heads.get((entity_id, period_id), [])
        known = heads[:-1] if (entity_id, period_id) in self._read else heads
        return known[-1] if known else None


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
    """Tell whose slots these are; what was read lately is not read again, as it never changes."""
    known = {key: then for key in nodes_ids if (then := _kept.get(key)) is not None}
    missing = set(nodes_ids) - known.keys()
    if missing:
        parts = FrozenPart.objects.filter(pk__in=missing).values_list("digest", "data")
        known |= {key: _nodes(bytes(data)) for key, data in parts}
        if len(_kept) > MOST_KEPT:
            _kept.clear()
        _kept.update(known)
    return known


def _nodes(data: bytes) -> NodesThen:
    told = json.loads(data)
    rows = [row for row in told if not row[-1]]
    return NodesThen(
        slots={code: slot for slot, code, _, _ in rows},
        departments={code: department for _, code, department, _ in rows},
        places={code: slot for slot, code, _, _ in told},
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
