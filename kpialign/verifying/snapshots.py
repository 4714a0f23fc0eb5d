"""Snapshots: their seals, and their scores computed anew over what is frozen with them."""

import zlib
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from dashboards.blocks import SLOTS, Block
from dashboards.frozen import Frozen, digest, unpack
from dashboards.models import FrozenPart, ScoreSnapshot, SnapshotBlock
from dashboards.selectors.snapshots import NodesThen, nodes_then, seal_of
from kpialign.scoring.compute import compute
from kpialign.scoring.results import QUANTITIES, Results
from kpialign.verifying.fault import Fault
from kpialign.verifying.scores import whole_block
from kpialign.verifying.untouched import Untouched
from organisation.models import AuditEntry

CHUNK = 50
AT_ONCE = 500
Blocks = Sequence[tuple[int, bytes]]


def snapshot_faults() -> Iterator[Fault]:
    """Look at every snapshot, those over the same frozen inputs together."""
    used = _used_parts()
    whole = yield from _whole_parts(used)
    sealed, untouched = _sealed_in_the_trail(), Untouched()
    rows = ScoreSnapshot.objects.select_related("entity", "period", "version")
    for inputs, group in groupby(
        rows.order_by("inputs", "pk").iterator(CHUNK), key=lambda row: row.inputs_id
    ):
        snapshots = list(group)
        blocks = _blocks_held([row.pk for row in snapshots])
        for row in snapshots:
            yield from _sealed(row, blocks[row.pk], sealed)
            for key in sorted({row.inputs_id, row.nodes_id}):
                if not used[key]:
                    yield Fault("frozen_parts_are_there", name_of(row), f"{key[:12]} is gone")
        if inputs in whole:
            known = [row for row in snapshots if row.nodes_id in whole]
            yield from _over(inputs, known, blocks, untouched)


def _whole_parts(used: Collection[str]) -> Generator[Fault, None, set[str]]:
    """Look at every frozen part, and return those that are as they were written."""
    whole = set[str]()
    parts = FrozenPart.objects.order_by("pk").values_list("pk", "data")
    for key, data in parts.iterator(CHUNK):
        if digest(bytes(data)) == key:
            whole.add(key)
        else:
            yield Fault("frozen_parts_are_unchanged", key[:12], "does not have its SHA-256")
        if key not in used:
            yield Fault("frozen_parts_are_used", key[:12], "no snapshot rests on it")
    return whole


def _used_parts() -> dict[str, bool]:
    """Give every part that a snapshot rests on, and whether it is there."""
    there = set(FrozenPart.objects.values_list("pk", flat=True))
    named = ScoreSnapshot.objects.values_list("inputs_id", "nodes_id").order_by()
    return {key: key in there for pair in named for key in pair}


def _blocks_held(keys: Sequence[int]) -> dict[int, list[tuple[int, bytes]]]:
    """Read the blocks of some snapshots, each by number."""
    held: dict[int, list[tuple[int, bytes]]] = {key: [] for key in keys}
    for start in range(0, len(keys), AT_ONCE):
        rows = SnapshotBlock.objects.filter(snapshot__in=keys[start : start + AT_ONCE])
        for snapshot, number, data in rows.order_by("snapshot", "number").values_list(
            "snapshot", "number", "data"
        ):
            held[snapshot].append((number, bytes(data)))
    return held


def name_of(row: ScoreSnapshot) -> str:
    """Name a snapshot by period, entity and number."""
    return f"{row.period.label} {row.entity.code} snapshot {row.number}"


def _sealed_in_the_trail() -> dict[tuple[str, int], str]:
    """Give the digest that the trail tells of each snapshot, by period and entity, and number."""
    entries = AuditEntry.objects.filter(action="close_period").order_by("pk")
    return {
        (key, after["snapshot"]): after["digest"]
        for key, after in entries.values_list("subject_key", "after")
        if after is not None and "snapshot" in after
    }


def _sealed(
    row: ScoreSnapshot, blocks: Blocks, told: Mapping[tuple[str, int], str]
) -> Iterator[Fault]:
    if seal_of(row, blocks) != row.digest:
        yield Fault("snapshot_is_sealed", name_of(row), "was changed: it does not have its SHA-256")
    elif told.get((f"{row.period.label} {row.entity.code}", row.number)) != row.digest:
        yield Fault("snapshot_is_in_the_trail", name_of(row), "the trail tells another SHA-256")


def _over(
    inputs: str,
    snapshots: Sequence[ScoreSnapshot],
    blocks: Mapping[int, Blocks],
    untouched: Untouched,
) -> Iterator[Fault]:
    """Compute once over frozen inputs, and compare with the snapshots that rest on them."""
    try:
        frozen = unpack(bytes(FrozenPart.objects.values_list("data", flat=True).get(pk=inputs)))
        nodes = nodes_then({row.nodes_id for row in snapshots})
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        told = f"what it rests on is no frozen inputs or nodes ({error})"
        yield from (Fault("frozen_parts_are_readable", name_of(row), told) for row in snapshots)
        return
    results = compute(frozen.inputs)
    for row in snapshots:
        wanted = _blocks(frozen, results, nodes[row.nodes_id], row.period.label)
        if wanted != {number: _normal(data) for number, data in blocks[row.pk]}:
            told = "computing over its frozen inputs gives other scores"
            yield Fault("snapshot_equals_recompute", name_of(row), told)
    yield from untouched.faults(frozen, snapshots)


def _normal(data: bytes) -> bytes:
    """Give a block's bytes as they are written; those of no block as they are."""
    try:
        return whole_block(data).bytes()
    except ValueError:
        return data


def _blocks(frozen: Frozen, results: Results, nodes: NodesThen, label: str) -> dict[int, bytes]:
    """Put the results of the frozen entity in a period into the bytes of blocks, by number."""
    column = frozen.column(label)
    if column is None:
        return {}
    places = np.array([nodes.places[code] for code in results.nodes], dtype=np.int64)
    figures = np.stack([getattr(results, name)[0, :, column] for name in QUANTITIES])
    found = {}
    for number in np.unique(places // SLOTS).tolist():
        rows = np.flatnonzero(places // SLOTS == number)
        block = Block.empty(SLOTS)
        block.figures[:, places[rows] % SLOTS] = figures[:, rows]
        block.marks[places[rows] % SLOTS] = results.marks[0, rows, column]
        if not block.holds_nothing:
            found[number] = block.bytes()
    return found
