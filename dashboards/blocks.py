"""Stored scores: blocks of one entity, one period and up to 256 nodes; nothing else knows them.

A block's bytes are a format number and a count of slots, both little-endian uint16, then for
each quantity that many float64, NaN unknown, then that many bytes of marks. A slot beyond the
count holds nothing, so that a small organisation has small blocks.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Max

from dashboards.models import NodeSlot, ScoreBlock
from kpialign.scoring.arrays import FloatArray, MarkArray
from kpialign.scoring.results import QUANTITIES
from kpis.models import Node

FORMAT = 1
SLOTS = 256
HEADER = 2
BATCH = 400
AT_ONCE = 100  # blocks that are compared and written together
Address = tuple[int, int, int]  # entity, period, number of the block


@dataclass(eq=False)
class Block:
    """The quantities and marks of consecutive slots: arrays [quantity, slot] and [slot]."""

    figures: FloatArray
    marks: MarkArray
    version: int = 0
    pk: int = 0

    @classmethod
    def empty(cls, count: int) -> "Block":
        """Make a block that holds nothing in so many slots."""
        figures = np.full((len(QUANTITIES), count), np.nan)
        return cls(figures, np.zeros(count, dtype=np.uint8))

    @classmethod
    def read(cls, data: bytes, *, version: int = 0, pk: int = 0) -> "Block":
        """Take a block from its bytes, to be read only; one of another format holds nothing."""
        number, count = np.frombuffer(data, dtype="<u2", count=HEADER)
        if number != FORMAT:
            return cls(Block.empty(0).figures, Block.empty(0).marks, version, pk)
        size = len(QUANTITIES) * int(count)
        figures = np.frombuffer(data, dtype="<f8", count=size, offset=2 * HEADER)
        marks = np.frombuffer(data, dtype=np.uint8, offset=2 * HEADER + 8 * size)
        return cls(figures.reshape(len(QUANTITIES), -1), marks, version, pk)

    def grown(self, count: int) -> "Block":
        """Copy the block with at least so many slots; the block itself stays as it was."""
        more = Block.empty(max(count - self.marks.size, 0))
        figures = np.concatenate([self.figures, more.figures], axis=1)
        marks = np.concatenate([self.marks, more.marks])
        return Block(figures, marks, self.version, self.pk)

    def bytes(self) -> bytes:
        """Put the block into bytes: no empty slots at its end, every unknown with the same bits."""
        used = np.flatnonzero(~np.isnan(self.figures).all(axis=0) | (self.marks != 0))
        count = int(used[-1]) + 1 if used.size else 0
        header = np.array([FORMAT, count], dtype="<u2")
        figures = self.figures[:, :count]
        figures = np.where(np.isnan(figures), np.nan, figures).astype("<f8")
        return header.tobytes() + figures.tobytes() + self.marks[:count].tobytes()

    @property
    def holds_nothing(self) -> bool:
        """Whether no slot has any figure or mark."""
        return bool(np.isnan(self.figures).all()) and not self.marks.any()


class OvertakenError(Exception):
    """Another run wrote a block meanwhile; read and compute again."""


def slots_of_nodes(node_ids: Sequence[int]) -> dict[int, int]:
    """Map the keys of those nodes that have a slot to it."""
    wanted = NodeSlot.objects.all()
    if len(node_ids) <= BATCH:  # else it is cheaper to read them all
        wanted = wanted.filter(node__in=node_ids)
    return dict(wanted.values_list("node", "slot"))


def give_slots(node_ids: Sequence[int]) -> dict[int, int]:
    """Give those nodes that are new their slots at the end; return the slots of all of them.

    They are given in order of department and code, so that a department's page reads few blocks.
    """
    held = slots_of_nodes(node_ids)
    if all(key in held for key in node_ids):
        return held
    fresh = Node.objects.filter(slot=None).values_list(
        "pk", "code", "kpi__department__code", "objective__department__code"
    )
    ordered = sorted(fresh, key=lambda row: (row[2] or row[3] or "", row[1]))
    last = NodeSlot.objects.aggregate(last=Max("slot"))["last"]
    first = 0 if last is None else last + 1
    given = [NodeSlot(node_id=row[0], slot=first + place) for place, row in enumerate(ordered)]
    NodeSlot.objects.bulk_create(given, batch_size=BATCH)
    return held | {one.node_id: one.slot for one in given}


def read_blocks(
    *, entities: Iterable[int], periods: Iterable[int], numbers: Iterable[int] | None = None
) -> dict[Address, Block]:
    """Read the blocks of some entities and periods, of these numbers or of all."""
    wanted = ScoreBlock.objects.filter(entity__in=list(entities), period__in=list(periods))
    if numbers is not None:
        wanted = wanted.filter(number__in=list(numbers))
    rows = wanted.values_list("entity", "period", "number", "version", "pk", "data").order_by()
    return {
        (entity, period, number): Block.read(bytes(data), version=version, pk=pk)
        for entity, period, number, version, pk, data in rows.iterator(chunk_size=BATCH)
    }


def laid_out(
    blocks: Mapping[Address, Block], period_ids: Sequence[int], slots: Iterable[int]
) -> tuple[FloatArray, MarkArray]:
    """Gather what the blocks of one entity hold in some slots: [quantity, slot, period]."""
    columns = {period_id: column for column, period_id in enumerate(period_ids)}
    slot_of_row = np.array(list(slots), dtype=np.int64)
    shape = (len(slot_of_row), len(columns))
    figures = np.full((len(QUANTITIES), *shape), np.nan)
    marks = np.zeros(shape, dtype=np.uint8)
    for (_, period_id, number), block in blocks.items():
        is_inside = slot_of_row % SLOTS < block.marks.size
        rows = np.flatnonzero((slot_of_row // SLOTS == number) & is_inside)
        figures[:, rows, columns[period_id]] = block.figures[:, slot_of_row[rows] % SLOTS]
        marks[rows, columns[period_id]] = block.marks[slot_of_row[rows] % SLOTS]
    return figures, marks


def write_blocks(blocks: Mapping[Address, Block]) -> None:
    """Store blocks, each over the version it was read at; one that holds nothing is removed.

    Raises OvertakenError if another run was faster; the transaction must then be undone.
    """
    _remove([block.pk for block in blocks.values() if block.pk and block.holds_nothing])
    kept = {where: block for where, block in blocks.items() if not block.holds_nothing}
    for block in (one for one in kept.values() if one.pk):
        same = ScoreBlock.objects.filter(pk=block.pk, version=block.version)
        if not same.update(data=block.bytes(), version=block.version + 1):
            raise OvertakenError
    fresh = [(where, block) for where, block in kept.items() if not block.pk]
    ScoreBlock.objects.bulk_create(
        [
            ScoreBlock(entity_id=entity, period_id=period, number=number, data=block.bytes())
            for (entity, period, number), block in fresh
        ],
        batch_size=BATCH,
    )


def replace_blocks(
    blocks: Iterable[tuple[Address, Block]], *, closed: Collection[tuple[int, int]] = ()
) -> int:
    """Make these the only blocks there are; write those that differ and say how many.

    Blocks are taken as they come and not kept: there may be more of them than fit in memory.
    Those of closed entities and periods stay as they are.
    """
    count, seen = 0, set[Address]()
    for batch in _batches(one for one in blocks if one[0][:2] not in closed):
        held = _at(batch)
        differing: dict[Address, Block] = {}
        for where, block in batch.items():
            old = held.get(where)
            if old is None or old.bytes() != block.bytes():
                block.pk, block.version = (old.pk, old.version) if old else (0, 0)
                differing[where] = block
        write_blocks(differing)
        count += len(differing)
        seen |= batch.keys()
    stored = ScoreBlock.objects.values_list("pk", "entity", "period", "number")
    gone = [
        pk
        for pk, *where in stored.iterator()
        if tuple(where) not in seen and tuple(where[:2]) not in closed
    ]
    _remove(gone)
    return count + len(gone)


def replace_cells(
    entity_id: int, period_ids: Collection[int], blocks: Mapping[Address, Block]
) -> int:
    """Make these the only blocks of an entity in some periods; say how many differ."""
    held = read_blocks(entities=[entity_id], periods=period_ids)
    differing: dict[Address, Block] = {}
    for where in held.keys() | blocks.keys():
        old, new = held.get(where), blocks.get(where, Block.empty(0))
        if old is None or old.bytes() != new.bytes():
            pk, version = (old.pk, old.version) if old else (0, 0)
            differing[where] = Block(new.figures, new.marks, version, pk)
    write_blocks(differing)
    return len(differing)


def _at(addresses: Collection[Address]) -> dict[Address, Block]:
    entities, periods, numbers = (set(part) for part in zip(*addresses, strict=True))
    return read_blocks(entities=entities, periods=periods, numbers=numbers)


def _batches(blocks: Iterable[tuple[Address, Block]]) -> Iterator[dict[Address, Block]]:
    batch: dict[Address, Block] = {}
    for where, block in blocks:
        batch[where] = block
        if len(batch) == AT_ONCE:
            yield batch
            batch = {}
    if batch:
        yield batch


def _remove(keys: Sequence[int]) -> None:
    for start in range(0, len(keys), BATCH):
        ScoreBlock.objects.filter(pk__in=keys[start : start + BATCH]).delete()
