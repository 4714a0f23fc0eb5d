"""Write snapshots: the inputs of each entity that closes, its blocks, and a seal over them."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from dashboards.axis import Span, current_span
from dashboards.blocks import Address, Block, give_slots, replace_cells
from dashboards.freezing import frozen_of
from dashboards.frozen import Frozen, cut, digest, pack
from dashboards.loading import Loaded, load_inputs
from dashboards.models import FrozenPart, ScoreSnapshot, SnapshotBlock
from dashboards.selectors.scores import thresholds
from dashboards.selectors.snapshots import seal_of
from dashboards.storing import blocks_of_cells
from kpialign.scoring.compute import compute
from kpialign.scoring.results import Results
from kpis.models import KPI, PlanVersion, ReportingPeriod
from kpis.selectors.what_closes import Closing
from organisation.models import User

BATCH = 200


@dataclass(frozen=True)
class Close:
    """Who closes, when, and why in spite of gaps."""

    at: datetime
    by: User | None
    why: str


@dataclass(frozen=True, eq=False)
class _Whole:
    """What all entities that close under one version share."""

    version: PlanVersion
    loaded: Loaded
    frozen: Frozen
    results: Results
    slots: Mapping[int, int]
    nodes: FrozenPart


class Freezer:
    """One close while it is written; it counts what it does."""

    def __init__(self, close: Close) -> None:
        """Remember who closes."""
        self._close = close
        self._limits = thresholds()
        self.node_count = 0
        self.changed_block_count = 0

    def freeze(self, version: PlanVersion, closing: Sequence[Closing]) -> list[ScoreSnapshot]:
        """Compute under a version, and write snapshots of the periods that close under it."""
        span = current_span() or _days(closing[0].periods[0])
        whole = self._whole(version, span)
        self.node_count += len(whole.loaded.node_ids)
        numbers = _numbers(closing)
        written: list[ScoreSnapshot] = []
        for one in closing:
            written += self._freeze_entity(whole, one, numbers)
        return written

    def _whole(self, version: PlanVersion, span: Span) -> _Whole:
        loaded = load_inputs(version, span, is_numbered=True)
        labels = dict(ReportingPeriod.objects.values_list("pk", "label"))
        frozen = frozen_of(loaded, labels)
        slots = give_slots(loaded.node_ids)
        nodes = _part(_told_of_nodes(loaded, slots))
        return _Whole(version, loaded, frozen, compute(loaded.inputs), slots, nodes)

    def _freeze_entity(
        self, whole: _Whole, one: Closing, numbers: Counter[tuple[int, int]]
    ) -> list[ScoreSnapshot]:
        place = whole.loaded.entity_ids.index(one.entity.pk)
        inputs = _part(pack(cut(whole.frozen, place)))
        period_ids = {period.pk for period in one.periods}
        blocks = blocks_of_cells(
            whole.loaded, whole.results, whole.slots, one.entity.pk, period_ids
        )
        self.changed_block_count += replace_cells(one.entity.pk, period_ids, blocks)
        snapshots = []
        for period in one.periods:
            snapshot = ScoreSnapshot(
                entity=one.entity,
                period=period,
                number=numbers[one.entity.pk, period.pk] + 1,
                version=whole.version,
                closed_at=self._close.at,
                closed_by=self._close.by,
                why=self._close.why,
                on_track=self._limits.on_track,
                at_risk=self._limits.at_risk,
                min_coverage=self._limits.min_coverage,
                nodes=whole.nodes,
                inputs=inputs,
            )
            snapshot.digest = seal_of(snapshot, _data(blocks, period.pk))
            snapshots.append(snapshot)
        ScoreSnapshot.objects.bulk_create(snapshots, batch_size=BATCH)
        SnapshotBlock.objects.bulk_create(
            [
                SnapshotBlock(snapshot=snapshot, number=number, data=data)
                for snapshot in snapshots
                for number, data in _data(blocks, snapshot.period_id)
            ],
            batch_size=BATCH,
        )
        return snapshots


def _days(period: ReportingPeriod) -> Span:
    """Stand in for the time of scores where no figure is there yet."""
    return period.start_on.toordinal(), period.end_on.toordinal()


def _part(data: bytes) -> FrozenPart:
    """Store bytes once."""
    part = FrozenPart(digest=digest(data), data=data)
    FrozenPart.objects.bulk_create([part], ignore_conflicts=True)
    return part


def _told_of_nodes(loaded: Loaded, slots: Mapping[int, int]) -> bytes:
    """Tell of each slot whose it is: code, department, and whether it is archived."""
    departments = dict(KPI.objects.values_list("pk", "department__code"))
    rows = [
        [slots[pk], node.key, departments.get(pk, ""), node.archived]
        for pk, node in zip(loaded.node_ids, loaded.inputs.nodes, strict=True)
    ]
    return json.dumps(sorted(rows), separators=(",", ":")).encode()


def _numbers(closing: Sequence[Closing]) -> Counter[tuple[int, int]]:
    """Return the number of the latest snapshot of each entity and period."""
    rows = (
        ScoreSnapshot.objects.filter(
            period__in={period.pk for one in closing for period in one.periods}
        )
        .order_by()
        .values("entity", "period")
        .annotate(last=Max("number"))
        .values_list("entity", "period", "last")
    )
    return Counter({(entity, period): last for entity, period, last in rows})


def _data(blocks: Mapping[Address, Block], period_id: int) -> list[tuple[int, bytes]]:
    return [
        (number, block.bytes())
        for (_, period, number), block in sorted(blocks.items(), key=lambda item: item[0])
        if period == period_id
    ]
