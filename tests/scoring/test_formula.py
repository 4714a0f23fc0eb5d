"""Formulas are read within their limits, and what is wrong is named with its column."""

from contextlib import suppress
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpialign.scoring.compute import compute
from kpialign.scoring.formula import FormulaError, find_cycle, parse
from kpialign.scoring.formulas import Formulas
from kpialign.scoring.inputs import KpiInput, Length, NodeInput
from tests.scoring.cascades import cascade

ALPHABET = "ab1.0 +-*/^()[],<>=!\t\n_%$é\x00∑ifprevytdsumdayscoalescerolling_avg"


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "empty"),
        ("2 * (3 +", 9, "ends too early"),
        ("a b", 3, "'b' is not expected"),
        ("a)", 2, "')' is not expected"),
        ("-2^2", 1, "parentheses"),
        ("2^3^2", 4, "parentheses"),
        ("10^9^9", 5, "parentheses"),
        ("1 < 2 < 3", 7, "chained"),
        ("a $ b", 3, "cannot stand"),
        ("1 + é", 5, "ASCII"),
        ("[a b]", 1, "brackets"),
        ("[" + "x" * 65 + "]", 1, "brackets"),
        ("1 + SUM(a)", 5, "no function 'SUM'"),
        ("revenue(1)", 1, "no function 'revenue'"),
        ("if(a, b)", 1, "takes 3 arguments"),
        ("sum()", 1, "at least 1"),
        ("prev(a, 0)", 9, "1 to 120"),
        ("prev(a, 121)", 9, "1 to 120"),
        ("prev(a, 1.5)", 9, "whole number written out"),
        ("prev(a, -1)", 9, "whole number written out"),
        ("round(a, b + 1)", 10, "whole number written out"),
        ("rolling_sum(a, b)", 16, "whole number written out"),
        ("rolling_sum(a)", 1, "takes 2 arguments"),
        ("ytd(a + b)", 5, "one code"),
        ("ytd(5)", 5, "one code"),
        ("1e999", 1, "too large"),
        ("x" * 4_001, 4_001, "4,001 characters"),
        ("(" * 65, 65, "64 parentheses"),
        ("a+" * 200 + "a", 401, "200 references"),
    ],
)
def test_a_wrong_formula_is_refused_with_its_column(text: str, column: int, words: str) -> None:
    with pytest.raises(FormulaError) as refused:
        parse(text)

    assert refused.value.column == column
    assert words in refused.value.message


def test_a_name_is_a_function_only_before_a_parenthesis() -> None:
    assert parse("sum(sum, [sum], days)").codes == ("sum", "days")


def test_codes_in_brackets_may_hold_what_names_cannot() -> None:
    assert parse("[2-net.profit] / _x1").codes == ("2-net.profit", "_x1")


def test_an_input_is_required_outside_coalesce_branches_and_time_functions() -> None:
    formula = parse("if(a, b, c) + coalesce(d, e) + prev(f) + ytd(g) + min(h, 1)")

    assert formula.required == ("a", "h")
    assert formula.uses_time


def test_at_the_limits_a_formula_is_still_read() -> None:
    assert parse("(" * 64 + "a" + ")" * 64).codes == ("a",)
    assert len(parse("a+" * 199 + "a").references) == 200
    assert parse(" " * 3_999 + "a").codes == ("a",)


@pytest.mark.parametrize(
    "text", ["-" * 3_999 + "1", "+".join(["1"] * 2_000), "(" * 5_000, "1" * 4_000, "[" * 4_000]
)
@pytest.mark.timeout(30)  # what such a text can blow up never ends; a clock would tell of others
def test_a_hostile_formula_ends_and_leaves_no_trace(text: str) -> None:
    with suppress(FormulaError):
        value_of(text)


def value_of(text: str) -> float:
    parse(text)
    kpi = KpiInput(Length.MONTH, "higher", "formula", "formula", formula=text)
    entered = KpiInput(Length.MONTH, "higher", "sum", "none")
    nodes = [NodeInput("F", kpi), NodeInput("a", entered), NodeInput("b", entered)]
    actuals = [(1, 0, 0, 3.0, False), (2, 0, 0, -2.0, False), (1, 0, 1, 5.0, False)]
    results = compute(cascade(nodes, actuals=actuals, years=1))
    assert not np.isinf(results.value).any()
    return float(results.value[0, 0, 0])


@given(st.text(alphabet=ALPHABET, max_size=40))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused_at_one_of_its_columns(text: str) -> None:
    refusal: FormulaError | None = None
    try:
        parse(text)
    except FormulaError as error:
        refusal = error

    assert refusal is None or 1 <= refusal.column <= len(text) + 1


def random_formula(chance: Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.2:
        return chance.choice(["a", "b", "[a]", "0", "1e308", "2.5", "days()"])
    parts = [random_formula(chance, depth - 1) for _ in range(3)]
    shapes = (
        "({0} + {1})",
        "({0} - {1})",
        "{0} * ({1})",
        "({0}) / ({1})",
        "({0}) ^ ({1})",
        "-({0})",
        "({0} >= {1})",
        "sqrt({0})",
        "ln({0})",
        "exp({0})",
        "log10({0})",
        "round({0}, 2)",
        "min({0}, {1}, {2})",
        "avg({0}, {1})",
        "if({0}, {1}, {2})",
        "coalesce({0}, {1})",
        "prev({0}, 2)",
        "year_ago({0})",
        "rolling_sum({0}, 3)",
        "ytd(a)",
    )
    return chance.choice(shapes).format(*parts)


@given(st.integers(min_value=0, max_value=2**32))
@settings(max_examples=150, deadline=None)
def test_every_value_of_a_generated_formula_is_finite_or_missing(seed: int) -> None:
    text = random_formula(Random(seed), 5)  # noqa: S311 - formulas, not secrets
    if len(text) <= 4_000:
        value_of(text)


def test_a_chain_of_a_thousand_formulas_is_calculated_without_recursion() -> None:
    entered = KpiInput(Length.MONTH, "higher", "sum", "none")
    nodes = [NodeInput("K0000", entered)]
    for number in range(1, 1_000):
        text = f"K{number - 1:04d} + 1"
        kpi = KpiInput(Length.MONTH, "higher", "formula", "formula", formula=text)
        nodes.append(NodeInput(f"K{number:04d}", kpi))
    actuals = [(0, 0, 0, 1.0, False), (0, 0, 2, 1.0, False)]

    results = compute(cascade(nodes, actuals=actuals, years=1))

    assert results.value[0, -1, 0] == 1_000
    assert results.value[0, -1, 12] == 1_001


def test_a_cycle_is_named_with_its_path() -> None:
    assert find_cycle({"a": ["b"], "b": ["c", "d"], "c": ["a"]}) == ["a", "b", "c", "a"]
    assert find_cycle({"a": ["a"]}) == ["a", "a"]


def problems(*formulas: tuple[str, str, Length]) -> list[str]:
    entered = KpiInput(Length.YEAR, "higher", "sum", "none")
    nodes = [NodeInput("O"), NodeInput("yearly", entered)]
    for code, text, length in formulas:
        nodes.append(
            NodeInput(code, KpiInput(length, "higher", "formula", "formula", formula=text))
        )
    return [problem.message for problem in Formulas(tuple(nodes)).problems]


def test_formulas_in_a_loop_even_through_prev_cannot_be_calculated() -> None:
    found = problems(("F", "prev(G)", Length.MONTH), ("G", "F + 1", Length.MONTH))

    assert len(found) == 2
    assert "F <- G <- F" in found[0]


def test_what_a_formula_refers_to_must_be_a_kpi_that_can_be_used() -> None:
    (unknown,) = problems(("F", "1 + nowhere", Length.MONTH))
    (objective,) = problems(("F", "O * 2", Length.MONTH))
    (coarse,) = problems(("F", "yearly / 12", Length.MONTH))
    (timed,) = problems(
        ("F", "ytd(G)", Length.MONTH), ("G", "prev([H])", Length.MONTH), ("H", "1", Length.MONTH)
    )

    assert unknown == "column 5: there is no KPI 'nowhere'"
    assert "objective" in objective
    assert "measured less often" in coarse
    assert "time function" in timed
