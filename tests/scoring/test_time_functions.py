"""Time functions look back over whole periods, from outside in."""

from dataclasses import replace
from math import isnan

import pytest

from kpialign.scoring.compute import compute
from kpialign.scoring.explain import explain
from kpialign.scoring.explanation import ValuePart
from kpialign.scoring.inputs import CascadeInput, KpiInput, Length, NodeInput
from kpialign.scoring.results import Mark, Results
from tests.scoring.cascades import cascade

SPRING_QUARTER = 24 + 1
SECOND_YEAR = 33


def results_of(text: str, figures: dict[int, float], **changes: object) -> Results:
    formula = KpiInput(Length.MONTH, "higher", "formula", "formula", formula=text)
    entered = KpiInput(**{**vars(KpiInput(Length.MONTH, "higher", "sum", "none")), **changes})
    always = KpiInput(Length.MONTH, "higher", "sum", "none")
    nodes = [NodeInput("F", formula), NodeInput("always", always), NodeInput("x", entered)]
    actuals = [(2, 0, period, value, False) for period, value in figures.items()]
    actuals += [(1, 0, month, 1.0, False) for month in range(24)]
    return compute(cascade(nodes, actuals=actuals))


def explained(inputs: CascadeInput, results: Results, column: int) -> tuple[ValuePart, ...]:
    """Give what the rate of the year to date is made of in the explanation of F."""
    formula = explain(inputs, results, 0, 0, column).actual
    assert formula is not None
    assert formula.formula is not None
    (rate,) = formula.formula.inputs
    assert rate.formula is not None
    return rate.formula.inputs


TWO_YEARS = {month: float(month + 1) for month in range(24)}


@pytest.mark.parametrize(
    ("text", "month", "value"),
    [
        ("prev(x)", 5, 5),
        ("prev(x, 3)", 5, 3),
        ("prev(x)", 0, None),
        ("prev(x)", 12, 12),
        ("year_ago(x)", 14, 3),
        ("year_ago(x, 1) + prev(year_ago(x))", 14, 5),
        ("ytd(x)", 2, 6),
        ("ytd(x)", 12, 13),
        ("prev(ytd(x))", 12, 78),
        ("rolling_sum(x, 3)", 13, 39),
        ("rolling_avg(x, 3)", 13, 13),
        ("rolling_sum(x, 3)", 1, None),
        ("prev(rolling_sum(x, 2), 2)", 5, 7),
        ("prev(x + always)", 5, 6),
        ("prev(5)", 0, 5),
        ("prev(coalesce(x, 0))", 0, 0),
        ("prev(days())", 2, 28),
        ("prev(days())", 0, 31),
        ("x - prev(x)", 5, 1),
    ],
)
def test_a_time_function_gives_its_value(text: str, month: int, value: float | None) -> None:
    found = float(results_of(text, TWO_YEARS).value[0, 0, month])

    assert isnan(found) if value is None else found == value


def test_a_longer_period_shifts_by_periods_of_its_own_length() -> None:
    results = results_of("prev(x)", TWO_YEARS)

    assert results.value[0, 0, SPRING_QUARTER] == 1 + 2 + 3
    assert results.value[0, 0, SECOND_YEAR] == sum(range(1, 13))


def test_a_gap_in_the_period_looked_at_gives_nothing() -> None:
    figures = {month: value for month, value in TWO_YEARS.items() if month != 1}

    quarters = results_of("prev(x)", figures).value[0, 0, 24:32]

    assert isnan(quarters[1])
    assert quarters[2] == 4 + 5 + 6
    assert isnan(results_of("ytd(x)", figures).value[0, 0, 3])


def test_a_year_to_date_over_a_time_function_is_there_once_its_year_has_ended() -> None:
    """`rate` over twelve months of the second year: 222 / 12, its `before` being the year before.

    Within a year there is no period before the year so far, so nothing is told until it ends.
    """
    rule = KpiInput(Length.MONTH, "higher", "formula", "formula")
    entered = KpiInput(Length.MONTH, "higher", "sum", "none")
    nodes = [
        NodeInput("F", replace(rule, formula="ytd(rate)")),
        NodeInput("before", replace(rule, formula="prev(one)")),
        NodeInput("one", entered),
        NodeInput("rate", replace(rule, formula="x / before")),
        NodeInput("x", entered),
    ]
    actuals = [(4, 0, month, value, False) for month, value in TWO_YEARS.items()]
    actuals += [(2, 0, month, 1.0, False) for month in range(24)]

    inputs = cascade(nodes, actuals=actuals)
    results = compute(inputs)
    values = results.value[0, 0]

    assert values[23] == values[31] == values[SECOND_YEAR] == 222 / 12
    assert all(isnan(value) for value in (*values[:23], *values[24:31], values[32]))
    december, november = explained(inputs, results, 23), explained(inputs, results, 22)
    assert [(part.code, part.value) for part in december] == [("x", 222), ("before", 12)]
    assert [(part.code, part.value) for part in november] == [("x", 198), ("before", None)]
    assert november[1].formula is not None
    assert november[1].formula.reason == "its time function needs a whole fiscal year"


def test_a_year_to_date_takes_what_an_input_measured_less_often_holds() -> None:
    """`each` is x over heads, which are counted once a quarter: 2 at the end of each, then 4.

    In the first months of the second year the last count of the first one holds: 13 / 2, then
    (13 + 14) / 2; from its own first quarter on that year's: (13 + 14 + 15) / 4.
    """
    rule = KpiInput(Length.MONTH, "higher", "formula", "formula")
    nodes = [
        NodeInput("F", replace(rule, formula="ytd(each)")),
        NodeInput("each", replace(rule, formula="x / heads")),
        NodeInput("heads", KpiInput(Length.QUARTER, "higher", "last", "none")),
        NodeInput("x", KpiInput(Length.MONTH, "higher", "sum", "none")),
    ]
    actuals = [(3, 0, month, value, False) for month, value in TWO_YEARS.items()]
    actuals += [(2, 0, quarter, 2.0 if quarter < 4 else 4.0, False) for quarter in range(8)]

    inputs = cascade(nodes, actuals=actuals)
    results = compute(inputs)

    assert list(results.value[0, 0, 12:15]) == [13 / 2, 27 / 2, 42 / 4]
    assert isnan(results.value[0, 0, 0])
    formula = explain(inputs, results, 0, 0, 13).actual
    assert formula is not None
    assert formula.formula is not None
    (each,) = formula.formula.inputs
    assert each.formula is not None
    x, heads = each.formula.inputs
    assert (heads.value, [one.value for one in heads.own_periods]) == (2, [2])
    assert x.value == 27


def test_a_time_formula_waits_for_all_of_its_required_inputs() -> None:
    figures = {month: value for month, value in TWO_YEARS.items() if month != 4}

    quarters = results_of("x / prev(always)", figures).value[0, 0, 24:32]

    assert isnan(quarters[1])
    assert quarters[2] == (7 + 8 + 9) / 3


def test_a_time_formula_waits_for_the_end_of_its_period() -> None:
    kpis = [
        NodeInput("F", KpiInput(Length.QUARTER, "higher", "formula", "formula", "prev(x)")),
        NodeInput("x", KpiInput(Length.MONTH, "higher", "sum", "none")),
    ]
    until_may = [(1, 0, month, 1.0, False) for month in range(5)]
    until_june = [*until_may, (1, 0, 5, 1.0, False)]

    assert isnan(compute(cascade(kpis, actuals=until_may)).value[0, 0, SPRING_QUARTER])
    assert compute(cascade(kpis, actuals=until_june)).value[0, 0, SPRING_QUARTER] == 3


def test_an_input_measured_less_often_gives_its_latest_ended_value() -> None:
    results = results_of("x * 10", {0: 7.0, 2: 9.0}, length=Length.QUARTER, time_rollup="last")

    assert [float(value) for value in results.value[0, 0, 1:9]][1:4] == [70, 70, 70]
    assert isnan(results.value[0, 0, 1])
    assert isnan(results.value[0, 0, 5])
    assert results.value[0, 0, 8] == 90


def test_a_value_is_provisional_only_by_what_the_chosen_branch_looked_at() -> None:
    text = "if(a > 0, coalesce(gone, b), c)"
    entered = KpiInput(Length.MONTH, "higher", "sum", "none")
    formula = KpiInput(Length.MONTH, "higher", "formula", "formula", formula=text)
    nodes = [
        NodeInput("F", formula),
        *(NodeInput(code, entered) for code in ("a", "b", "c", "gone")),
    ]

    def is_provisional(submitted: int) -> bool:
        actuals = [(node, 0, 0, 1.0, node == submitted) for node in (1, 2, 3)]
        marks = compute(cascade(nodes, actuals=actuals)).marks[0, 0, 0]
        return bool(marks & Mark.VALUE_PROVISIONAL)

    assert is_provisional(1)
    assert is_provisional(2)
    assert not is_provisional(3)
