"""Between the results of the scoring core and the blocks that keep them."""

from collections.abc import Mapping

import numpy as np

from dashboards.blocks import SLOTS, Address, Block, read_blocks, write_blocks
from dashboards.loading import Loaded
from kpialign.scoring.arrays import IntArray
from kpialign.scoring.reach import Reach
from kpialign.scoring.results import QUANTITIES, Results, empty_results

Slots = Mapping[int, int]  # the slot of each node's key


def known_results(loaded: Loaded, reached: Reach, slots: Slots) -> Results:
    """Read the stored scores of the nodes that were loaded but not reached."""
    inputs = loaded.inputs
    results = empty_results(
        tuple(node.key for node in inputs.nodes),
        tuple(entity.key for entity in inputs.entities),
        inputs.calendar,
    )
    rows = [
        row
        for row, (node, key) in enumerate(zip(inputs.nodes, loaded.node_ids, strict=True))
        if node.key not in reached.nodes and key in slots
    ]
    numbers = {slots[loaded.node_ids[row]] // SLOTS for row in rows}
    entities = {
        pk: place
        for place, (pk, entity) in enumerate(zip(loaded.entity_ids, inputs.entities, strict=True))
        if entity.key in reached.entities
    }
    columns = {period: column for column, period in enumerate(loaded.period_ids)}
    blocks = read_blocks(entities=entities, periods=columns, numbers=numbers)
    for (entity, period, number), block in blocks.items():
        for row in rows:
            block_number, place = divmod(slots[loaded.node_ids[row]], SLOTS)
            if block_number == number and place < block.marks.size:
                where = (entities[entity], row, columns[period])
                for quantity, name in enumerate(QUANTITIES):
                    getattr(results, name)[where] = block.figures[quantity, place]
                results.marks[where] = block.marks[place]
    return results


def blocks_of(loaded: Loaded, results: Results, slots: Slots) -> dict[Address, Block]:
    """Put whole results into blocks, leaving out those that hold nothing."""
    places = np.array([slots[key] for key in loaded.node_ids], dtype=np.int64)
    blocks: dict[Address, Block] = {}
    for number in range(int(places.max(initial=0)) // SLOTS + 1):
        rows = np.flatnonzero(places // SLOTS == number)
        for entity, entity_id in enumerate(loaded.entity_ids):
            for column, period_id in enumerate(loaded.period_ids):
                block = Block.empty(SLOTS)
                _fill(block, results, (entity, rows, column), places[rows] % SLOTS)
                if not block.holds_nothing:
                    blocks[entity_id, period_id, number] = block
    return blocks


def _fill(
    block: Block, results: Results, where: tuple[int, IntArray, int], slots: IntArray
) -> None:
    """Copy the results at an entity, rows and a column into slots."""
    for quantity, name in enumerate(QUANTITIES):
        block.figures[quantity, slots] = getattr(results, name)[where]
    block.marks[slots] = results.marks[where]


def write_reached(loaded: Loaded, results: Results, reached: Reach, slots: Slots) -> int:
    """Write the reached nodes into their blocks at the reached entities; say how many differ."""
    rows = np.array([r for r, key in enumerate(results.nodes) if key in reached.nodes], np.int64)
    places = np.array([slots[loaded.node_ids[row]] for row in rows], dtype=np.int64)
    entities = {
        pk: place
        for place, pk in enumerate(loaded.entity_ids)
        if results.entities[place] in reached.entities
    }
    numbers = sorted({int(place) // SLOTS for place in places})
    held = read_blocks(entities=entities, periods=loaded.period_ids, numbers=numbers)
    differing: dict[Address, Block] = {}
    for number in numbers:
        inside = places // SLOTS == number
        for entity_id, entity in entities.items():
            for column, period_id in enumerate(loaded.period_ids):
                old = held.get((entity_id, period_id, number)) or Block.empty(0)
                block = old.grown(SLOTS)
                _fill(block, results, (entity, rows[inside], column), places[inside] % SLOTS)
                if block.bytes() != old.bytes():
                    differing[entity_id, period_id, number] = block
    write_blocks(differing)
    return len(differing)
