"""Blocks keep every bit of what is known, in as few bytes as it takes."""

import numpy as np
import pytest

from dashboards.blocks import (
    SLOTS,
    Block,
    OvertakenError,
    give_slots,
    read_blocks,
    replace_blocks,
    write_blocks,
)
from dashboards.models import NodeSlot, ScoreBlock
from kpialign.scoring.results import QUANTITIES
from kpis.models import Node
from organisation.models import Entity
from tests.factories import make_kpi, make_organisation, period

Where = tuple[int, int, int]


def some_block(count: int, seed: int = 1) -> Block:
    """Make a block of so many slots, a third of them unknown."""
    random = np.random.default_rng(seed)
    block = Block.empty(count)
    block.figures[:] = random.normal(size=block.figures.shape) * 10.0 ** random.integers(-9, 9)
    block.figures[random.random(block.figures.shape) < 1 / 3] = np.nan
    block.marks[:] = random.integers(0, 128, count)
    block.marks[-1] = 1
    return block


@pytest.fixture
def where(db: None) -> Where:
    """Give the address of a first block."""
    make_organisation()
    return Entity.objects.get().pk, period("2026-Q1").pk, 0


def in_database(where: Where) -> Block:
    """Read the block at an address."""
    return read_blocks(entities=[where[0]], periods=[where[1]])[where]


@pytest.mark.parametrize("count", [1, 7, SLOTS])
def test_a_block_comes_back_from_its_bytes_as_it_was(count: int) -> None:
    block = some_block(count)

    back = Block.read(block.bytes())

    assert back.figures.tobytes() == block.figures.tobytes()
    assert back.marks.tobytes() == block.marks.tobytes()


def test_the_bytes_are_laid_out_as_the_format_says() -> None:
    block = Block.empty(2)
    block.figures[QUANTITIES.index("score"), 1] = 70.0
    block.marks[1] = 5

    data = block.bytes()

    assert data[:4] == b"\x01\x00\x02\x00"
    assert len(data) == 4 + 2 * (8 * 10 + 1)
    place = 4 + 8 * (2 * QUANTITIES.index("score") + 1)
    assert data[place : place + 8] == np.float64(70).astype("<f8").tobytes()
    assert data[-2:] == b"\x00\x05"


def test_the_quantities_stand_in_the_order_of_the_format() -> None:
    assert QUANTITIES == (
        "value",
        "target",
        "target_high",
        "baseline",
        "attainment",
        "score",
        "coverage",
        "driver",
        "low",
        "high",
    )


def test_empty_slots_at_the_end_take_no_bytes() -> None:
    block = some_block(3)

    assert block.grown(SLOTS).bytes() == block.bytes()


def test_an_unknown_has_the_same_bits_wherever_it_comes_from() -> None:
    one, other = Block.empty(1), Block.empty(1)
    one.marks[0] = other.marks[0] = 1
    with np.errstate(invalid="ignore"):
        other.figures[0, 0] = -(np.float64(0) / np.float64(0))

    assert one.bytes() == other.bytes()


def test_a_written_block_is_read_back(where: Where) -> None:
    block = some_block(5)

    write_blocks({where: block})

    assert in_database(where).bytes() == block.bytes()


def test_a_block_written_over_another_versions_is_refused(where: Where) -> None:
    write_blocks({where: some_block(5)})
    mine, theirs = in_database(where), in_database(where)
    write_blocks({where: theirs})

    with pytest.raises(OvertakenError):
        write_blocks({where: mine})


def test_a_block_that_holds_nothing_is_not_stored(where: Where) -> None:
    write_blocks({where: some_block(5)})
    emptied = in_database(where).grown(5)
    emptied.figures[:] = np.nan
    emptied.marks[:] = 0

    write_blocks({where: emptied})

    assert not ScoreBlock.objects.exists()


def test_a_replacement_writes_what_differs_and_drops_the_rest(where: Where) -> None:
    entity, first, _ = where
    second, third = period("2026-Q2").pk, period("2026-Q3").pk
    held = {(entity, one, 0): some_block(5, seed=one) for one in (first, second)}
    write_blocks(held)

    count = replace_blocks(
        [(where, some_block(5, seed=first)), ((entity, third, 0), some_block(2))]
    )

    assert count == 2  # the third is new, the second is gone, the first is as it was
    versions = dict(ScoreBlock.objects.values_list("period", "version"))
    assert versions == {first: 1, third: 1}


def test_slots_follow_department_and_code_and_new_nodes_come_last(where: Where) -> None:
    for code, department in (("B", "OPS"), ("A", "SALES"), ("C", "OPS")):
        make_kpi(code, department=department)
    give_slots(list(Node.objects.values_list("pk", flat=True)))
    make_kpi("AA", department="OPS")

    give_slots(list(Node.objects.values_list("pk", flat=True)))

    slots = NodeSlot.objects.order_by("slot").values_list("node__code", flat=True)
    assert list(slots) == ["B", "C", "A", "AA"]
