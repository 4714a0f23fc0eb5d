"""An explanation leads from a score down to entered figures."""

import json
from dataclasses import replace

from kpialign.scoring.compute import compute
from kpialign.scoring.document import Naming, document_of
from kpialign.scoring.explain import explain
from kpialign.scoring.explanation import Explanation
from kpialign.scoring.inputs import (
    CascadeInput,
    EntityInput,
    KpiInput,
    Length,
    LinkInput,
    NodeInput,
)
from tests.scoring.cascades import NAN, cascade

QUARTER = 24
SUM = KpiInput(Length.MONTH, "higher", "sum", "sum")
RATIO = KpiInput(Length.MONTH, "higher", "formula", "formula", formula="profit / sales * 100")


def company() -> CascadeInput:
    nodes = [
        NodeInput("goal"),
        NodeInput("late", SUM),
        NodeInput("margin", RATIO),
        NodeInput("profit", SUM),
        NodeInput("sales", SUM),
    ]
    entities = (EntityInput("GROUP", -1, "EUR"), EntityInput("ONE", 0, "EUR"))
    actuals = [(3, 1, month, 5.0 + month, False) for month in range(3)]
    actuals += [(4, 1, month, 50.0, False) for month in range(3)]
    targets = [(2, 0, 2, 0, 0.0, 20.0, NAN, NAN), (1, 0, 2, 0, 0.0, 12.0, NAN, NAN)]
    links = [LinkInput(0, 2, 3.0), LinkInput(0, 1, 1.0)]
    return cascade(nodes, links, actuals=actuals, targets=targets, entities=entities)


def explained(node: int, column: int) -> Explanation:
    inputs = company()
    return explain(inputs, compute(inputs), 0, node, column)


def test_a_score_is_the_sum_of_its_terms_and_names_who_is_waited_for() -> None:
    goal = explained(0, QUARTER)

    assert goal.how == "arithmetic"
    assert [(term.of.code, term.weight, term.product) for term in goal.terms] == [
        ("margin", 1.0, goal.score)
    ]
    assert [waiting.code for waiting in goal.waiting] == ["late"]


def test_a_result_is_explained_by_its_attainment() -> None:
    margin = explained(2, QUARTER)

    assert margin.how == "attainment"
    assert margin.attainment is not None
    assert margin.attainment.actual == (5 + 6 + 7) / 150 * 100
    assert (margin.attainment.target, margin.attainment.baseline) == (20, 0)


def test_a_calculated_group_leads_down_to_the_figures_of_its_members() -> None:
    margin = explained(2, QUARTER)

    assert margin.actual is not None
    assert margin.actual.formula is not None
    profit, sales = margin.actual.formula.inputs
    assert (profit.value, sales.value) == (18, 150)
    assert [month.value for month in profit.own_periods] == [5, 6, 7]
    (member,) = profit.own_periods[0].consolidated
    assert (member.of.entity, member.of.value, member.of.entered) == ("ONE", 5, True)
    assert member.rate is None


def test_a_formula_that_groups_do_not_calculate_says_so_and_shows_no_inputs() -> None:
    inputs = company()
    alone = replace(inputs.nodes[2], kpi=replace(RATIO, entity_rollup="none"))
    inputs = replace(inputs, nodes=(*inputs.nodes[:2], alone, *inputs.nodes[3:]))

    margin = explain(inputs, compute(inputs), 0, 2, QUARTER).actual

    assert margin is not None
    assert margin.formula is not None
    assert (margin.value, margin.formula.inputs) == (None, ())
    assert (
        margin.formula.reason == "it is worked out in members alone: its entity roll-up is 'none'"
    )


def test_a_missing_value_has_a_reason() -> None:
    entered = KpiInput(Length.MONTH, "higher", "sum", "none")
    nodes = [
        NodeInput(code, KpiInput(Length.MONTH, "higher", "formula", "formula", formula=text))
        for code, text in (("F", "a / b"), ("G", "a / c"), ("H", "a + prev(a)"), ("I", "ln(b)"))
    ]
    nodes += [NodeInput(code, entered) for code in "abc"]
    actuals = [(4, 0, 0, 1.0, False), (5, 0, 0, 0.0, False)]
    inputs = cascade(nodes, actuals=actuals)
    results = compute(inputs)

    def reason(node: int) -> str:
        actual = explain(inputs, results, 0, node, 0).actual
        assert actual is not None
        assert actual.value is None
        assert actual.formula is not None
        return actual.formula.reason

    assert reason(0) == "division by zero"
    assert reason(1) == "c has no value"
    assert reason(2) == "a time function looks at a period without a value"
    assert reason(3) == "'ln' has no finite result"


def test_the_document_has_the_names_of_the_contract() -> None:
    naming = Naming(
        label=lambda column: f"P{column}",
        revision=lambda code, entity, column: {"number": 1, "why": f"{code} {entity} {column}"},
    )

    document = json.loads(json.dumps(document_of(explained(0, QUARTER), naming), allow_nan=False))

    assert {"node", "entity", "period", "score", "coverage", "how", "terms"} <= set(document)
    (term,) = document["terms"]
    assert {"code", "weight", "score", "product", "attainment", "drivers", "formula"} <= set(term)
    assert term["formula"]["text"] == "profit / sales * 100"
    profit = term["formula"]["inputs"][0]
    figure = profit["own_periods"][0]["consolidated"][0]
    assert (figure["entity"], figure["rate"], figure["value"]) == ("ONE", None, 5)
    assert figure["revision"] == {"number": 1, "why": "profit ONE 0"}
    assert document["waiting"][0]["attainment"]["actual"] is None
