"""What a missing value waits for: figures, rates, or a formula in vain."""

from math import isclose

import numpy as np
import pytest

from kpialign.scoring.compute import Workings
from kpialign.scoring.explanation import Exchange, ValuePart
from kpialign.scoring.inputs import LENGTHS, CascadeInput, EntityInput, KpiInput, Length, NodeInput
from kpialign.scoring.lacking import Lack, Lacking
from kpialign.scoring.provenance import Asked, Provenance
from kpialign.scoring.timing import Extent
from tests.scoring.cascades import cascade, random_cascade

SALES, COST, MARGIN, BALANCE = range(4)
GROUP, ONE, TWO = range(3)
Figure = tuple[int, int, int, float, bool]


def group(*actuals: Figure) -> CascadeInput:
    """Make a group in EUR of ONE in EUR and TWO in USD, whose rates are those of January alone."""

    def money(rollup: str) -> KpiInput:
        return KpiInput(Length.MONTH, "higher", rollup, "sum", is_money=True)  # type: ignore[arg-type]  # a roll-up

    ratio = KpiInput(Length.MONTH, "higher", "formula", "formula", formula="SALES / COST")
    average, closing = np.full(36, np.nan), np.full(36, np.nan)
    average[0], closing[0] = 0.5, 0.25
    return cascade(
        [
            NodeInput("SALES", money("sum")),
            NodeInput("COST", money("sum")),
            NodeInput("MARGIN", ratio),
            NodeInput("BALANCE", money("last")),
        ],
        entities=(
            EntityInput("GROUP", -1, "EUR"),
            EntityInput("ONE", 0, "EUR"),
            EntityInput("TWO", 0, "USD"),
        ),
        actuals=list(actuals),
        rates={"USD": {Length.MONTH: (average, closing)}},
        years=3,
    )


def figure(node: int, entity: int, month: int, value: float) -> Figure:
    return node, entity, month, value, False


def lacks(inputs: CascadeInput, node: int, column: int) -> tuple[Lack, ...]:
    return Lacking(Workings(inputs)).of(node, GROUP, column)


def part(inputs: CascadeInput, node: int, month: int) -> ValuePart:
    return Provenance(Workings(inputs)).of(Asked(node, GROUP, Extent(Length.MONTH), month))


def test_money_is_exchanged_at_the_average_or_the_closing_rate() -> None:
    inputs = group(
        *(figure(node, one, 0, 100.0) for node in (SALES, BALANCE) for one in (ONE, TWO))
    )

    flow, balance = part(inputs, SALES, 0), part(inputs, BALANCE, 0)

    assert (flow.value, balance.value) == (150.0, 125.0)
    assert [one.converted for one in flow.consolidated] == [100.0, 50.0]
    assert [one.exchange for one in flow.consolidated] == [
        None,
        Exchange("USD", "EUR", is_closing=False),
    ]
    assert balance.consolidated[1].exchange == Exchange("USD", "EUR", is_closing=True)


def test_a_rate_that_is_missing_is_named_with_its_currency() -> None:
    inputs = group(*(figure(SALES, one, month, 1.0) for one in (ONE, TWO) for month in (0, 1)))

    assert lacks(inputs, SALES, 0) == ()
    missing = Exchange("USD", "EUR", is_closing=False, lacking=("USD",))
    assert lacks(inputs, SALES, 1) == (Lack("SALES", "TWO", 1, exchange=missing),)


def test_a_ratio_waits_for_the_members_figures_of_its_inputs() -> None:
    inputs = group(
        figure(SALES, ONE, 0, 1.0),
        figure(SALES, TWO, 0, 1.0),
        figure(COST, ONE, 0, 1.0),
        figure(COST, TWO, 1, 1.0),
        figure(COST, ONE, 1, 1.0),
    )

    assert lacks(inputs, MARGIN, 0) == ()
    assert Lack("SALES", "ONE", 1) in lacks(inputs, MARGIN, 1)
    assert Lack("SALES", "TWO", 1) in lacks(inputs, MARGIN, 1)


def test_a_division_by_zero_is_the_formula_s_own() -> None:
    inputs = group(
        figure(SALES, ONE, 0, 1.0),
        figure(COST, ONE, 0, 0.0),
    )

    assert lacks(inputs, MARGIN, 0) == (Lack("MARGIN", "GROUP", 0, reason="division by zero"),)


@pytest.mark.parametrize("seed", range(10))
def test_what_is_missing_waits_for_something_and_what_is_there_for_nothing(seed: int) -> None:
    inputs = random_cascade(seed)
    workings = Workings(inputs)
    lacking = Lacking(workings)

    for length in LENGTHS:
        for node, one in enumerate(inputs.nodes):
            if one.kpi is None or one.kpi.length.months > length.months:
                continue
            for entity, period in np.argwhere(workings.frame.in_time[length]):
                asked = Asked(node, int(entity), Extent(length), int(period))
                value = Provenance(workings).of(asked).value
                column = inputs.calendar.column(length, int(period))
                assert bool(lacking.of(node, int(entity), column)) == (value is None)


@pytest.mark.parametrize("seed", range(10))
def test_the_parts_of_members_make_the_figure_of_the_group(seed: int) -> None:
    inputs = random_cascade(seed)
    workings = Workings(inputs)

    for node, one in enumerate(inputs.nodes):
        if one.kpi is None:
            continue
        for entity, period in np.argwhere(workings.frame.in_time[one.kpi.length]):
            asked = Asked(node, int(entity), Extent(one.kpi.length), int(period))
            found = Provenance(workings).of(asked)
            parts = [member.converted for member in found.consolidated]
            if not parts or found.value is None:
                continue
            known = [value for value in parts if value is not None]
            assert len(known) == len(parts)
            count = len(parts) if found.rule == "average" else 1
            assert isclose(sum(known) / count, found.value, rel_tol=1e-9, abs_tol=1e-9)
