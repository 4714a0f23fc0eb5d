"""Between the results of the scoring core and the blocks that keep them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np

from dashboards.blocks import SLOTS, Address, Block, read_blocks, write_blocks
from dashboards.loading import Loaded
from kpialign.scoring.arrays import FloatArray, IntArray, MarkArray
from kpialign.scoring.reach import Reach
from kpialign.scoring.results import QUANTITIES, Results, empty_results

Slots = Mapping[int, int]  # the slot of each node's key
Cells = tuple[FloatArray, MarkArray]  # [quantity, node, entity, period] and [node, entity, period]


def known_results(loaded: Loaded, reached: Reach, slots: Slots) -> Results:
    """Read the stored scores of the nodes that were loaded but not reached."""
    inputs = loaded.inputs
    results = empty_results(
        tuple(node.key for node in inputs.nodes),
        tuple(entity.key for entity in inputs.entities),
        inputs.calendar,
    )
    rows = np.array(
        [
            row
            for row, (node, key) in enumerate(zip(inputs.nodes, loaded.node_ids, strict=True))
            if node.key not in reached.nodes and key in slots
        ],
        dtype=np.int64,
    )
    entities = _entities(loaded, reached)
    places = _places(loaded, rows, slots)
    blocks = _held(loaded, entities, places)
    figures, marks = _cells(blocks, loaded, entities, places)
    where = np.ix_(np.array(entities, dtype=np.int64), rows)
    for name, cells in zip(QUANTITIES, figures, strict=True):
        getattr(results, name)[where] = cells.transpose(1, 0, 2)
    results.marks[where] = marks.transpose(1, 0, 2)
    return results


def blocks_of(loaded: Loaded, results: Results, slots: Slots) -> Iterator[tuple[Address, Block]]:
    """Put whole results into blocks, leaving out those that hold nothing."""
    places = _places(loaded, np.arange(len(loaded.node_ids)), slots)
    for entity in range(len(loaded.entity_ids)):
        yield from _blocks_at(loaded, results, places, entity, range(len(loaded.period_ids)))


def blocks_of_cells(
    loaded: Loaded, results: Results, slots: Slots, entity_id: int, period_ids: Collection[int]
) -> dict[Address, Block]:
    """Put the results of one entity in some periods into blocks."""
    places = _places(loaded, np.arange(len(loaded.node_ids)), slots)
    columns = [at for at, period in enumerate(loaded.period_ids) if period in period_ids]
    entity = loaded.entity_ids.index(entity_id)
    return dict(_blocks_at(loaded, results, places, entity, columns))


def _blocks_at(
    loaded: Loaded, results: Results, places: IntArray, entity: int, columns: Iterable[int]
) -> Iterator[tuple[Address, Block]]:
    for number in np.unique(places // SLOTS):
        rows = np.flatnonzero(places // SLOTS == number)
        figures, marks = _computed(results, [entity], rows)
        for column in columns:
            block = Block.empty(SLOTS)
            block.figures[:, places[rows] % SLOTS] = figures[:, :, 0, column]
            block.marks[places[rows] % SLOTS] = marks[:, 0, column]
            if not block.holds_nothing:
                where = (loaded.entity_ids[entity], loaded.period_ids[column], int(number))
                yield where, block


def write_reached(
    loaded: Loaded,
    results: Results,
    reached: Reach,
    slots: Slots,
    *,
    closed: Collection[tuple[int, int]] = (),
) -> int:
    """Write the reached nodes into their blocks at the reached entities; say how many differ.

    Blocks of closed entities and periods stay as they are.
    """
    rows = np.array([r for r, key in enumerate(results.nodes) if key in reached.nodes], np.int64)
    entities = _entities(loaded, reached)
    places = _places(loaded, rows, slots)
    held = _held(loaded, entities, places)
    figures, marks = _computed(results, entities, rows)
    differs = _differ((figures, marks), _cells(held, loaded, entities, places))
    changed: dict[Address, Block] = {}
    for number in np.unique(places // SLOTS):
        inside = np.flatnonzero(places // SLOTS == number)
        for place, column in np.argwhere(differs[inside].any(axis=0)).tolist():
            where = (loaded.entity_ids[entities[place]], loaded.period_ids[column], int(number))
            if where[:2] in closed:
                continue
            block = held.get(where, Block.empty(0)).grown(SLOTS)
            block.figures[:, places[inside] % SLOTS] = figures[:, inside, place, column]
            block.marks[places[inside] % SLOTS] = marks[inside, place, column]
            changed[where] = block
    write_blocks(changed)
    return len(changed)


def _entities(loaded: Loaded, reached: Reach) -> list[int]:
    """List the positions of the reached entities."""
    return [i for i, one in enumerate(loaded.inputs.entities) if one.key in reached.entities]


def _places(loaded: Loaded, rows: IntArray, slots: Slots) -> IntArray:
    """Give the slot of each of these rows."""
    return np.array([slots[loaded.node_ids[row]] for row in rows], dtype=np.int64)


def _held(loaded: Loaded, entities: Sequence[int], places: IntArray) -> dict[Address, Block]:
    """Read the blocks in which these slots lie."""
    return read_blocks(
        entities=[loaded.entity_ids[entity] for entity in entities],
        periods=loaded.period_ids,
        numbers=np.unique(places // SLOTS).tolist(),
    )


def _computed(results: Results, entities: Sequence[int], rows: IntArray) -> Cells:
    """Gather the results of some rows at some entities, every unknown with the same bits."""
    where = np.ix_(np.array(entities, dtype=np.int64), rows)
    gathered = np.stack([getattr(results, name)[where].transpose(1, 0, 2) for name in QUANTITIES])
    return np.where(np.isnan(gathered), np.nan, gathered), results.marks[where].transpose(1, 0, 2)


def _cells(
    blocks: Mapping[Address, Block], loaded: Loaded, entities: Sequence[int], places: IntArray
) -> Cells:
    """Gather what blocks hold in some slots."""
    shape = (len(places), len(entities), len(loaded.period_ids))
    figures = np.full((len(QUANTITIES), *shape), np.nan)
    marks = np.zeros(shape, dtype=np.uint8)
    column_of = {period: column for column, period in enumerate(loaded.period_ids)}
    place_of = {loaded.entity_ids[entity]: place for place, entity in enumerate(entities)}
    for (entity, period, number), block in blocks.items():
        slots = places - number * SLOTS
        inside = np.flatnonzero((slots >= 0) & (slots < block.marks.size))
        where = inside, place_of[entity], column_of[period]
        figures[:, *where] = block.figures[:, slots[inside]]
        marks[where] = block.marks[slots[inside]]
    return figures, marks


def _differ(one: Cells, other: Cells) -> np.ndarray:
    """Tell which [node, entity, period] differ in any bit."""
    bits = one[0].view(np.uint64) != other[0].view(np.uint64)
    different: np.ndarray = bits.any(axis=0) | (one[1] != other[1])
    return different
