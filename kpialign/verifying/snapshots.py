"""Snapshots: their seals, and their scores computed anew over what is frozen with them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from dashboards.blocks import SLOTS, Block
from dashboards.frozen import FormatError, Frozen, digest, unpack
from dashboards.models import FrozenPart, ScoreSnapshot
from dashboards.selectors.snapshots import NodesThen, nodes_then, seal_of
from kpialign.scoring.compute import compute
from kpialign.scoring.results import QUANTITIES, Results
from kpialign.verifying.fault import Fault
from kpialign.verifying.untouched import untouched_faults
from organisation.models import AuditEntry

CHUNK = 50


def snapshot_faults() -> Iterator[Fault]:
    """Look at every snapshot, those over the same frozen inputs together."""
    broken = set[str]()
    for key, data in FrozenPart.objects.order_by("pk").values_list("pk", "data").iterator(CHUNK):
        if digest(bytes(data)) != key:
            broken.add(key)
            yield Fault("frozen_parts_are_unchanged", key[:12], "does not have its SHA-256")
    sealed = _sealed_in_the_trail()
    rows = ScoreSnapshot.objects.select_related("entity", "period", "version")
    for inputs, group in groupby(
        rows.order_by("inputs", "pk").iterator(CHUNK), key=lambda row: row.inputs_id
    ):
        snapshots = list(group)
        for row in snapshots:
            yield from _sealed(row, sealed)
        if inputs not in broken:
            yield from _over(inputs, [row for row in snapshots if row.nodes_id not in broken])


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


def _sealed(row: ScoreSnapshot, told: dict[tuple[str, int], str]) -> Iterator[Fault]:
    blocks = row.blocks.order_by("number").values_list("number", "data")
    if seal_of(row, [(number, bytes(data)) for number, data in blocks]) != row.digest:
        yield Fault("snapshot_is_sealed", name_of(row), "was changed: it does not have its SHA-256")
    elif told.get((f"{row.period.label} {row.entity.code}", row.number)) != row.digest:
        yield Fault("snapshot_is_in_the_trail", name_of(row), "the trail tells another SHA-256")


def _over(inputs: str, snapshots: Sequence[ScoreSnapshot]) -> Iterator[Fault]:
    """Compute once over frozen inputs, and compare with the snapshots that rest on them."""
    try:
        frozen = unpack(bytes(FrozenPart.objects.values_list("data", flat=True).get(pk=inputs)))
    except FormatError as error:
        yield from (
            Fault("frozen_parts_are_readable", name_of(row), str(error)) for row in snapshots
        )
        return
    results = compute(frozen.inputs)
    nodes = nodes_then({row.nodes_id for row in snapshots})
    for row in snapshots:
        wanted = _blocks(frozen, results, nodes[row.nodes_id], row.period.label)
        held = {
            number: Block.read(bytes(data)).bytes()
            for number, data in row.blocks.values_list("number", "data")
        }
        if wanted != held:
            told = "computing over its frozen inputs gives other scores"
            yield Fault("snapshot_equals_recompute", name_of(row), told)
    yield from untouched_faults(frozen, snapshots)


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
