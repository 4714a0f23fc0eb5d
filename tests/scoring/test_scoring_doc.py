"""Every worked row of docs/scoring.md comes out as the page says."""

from math import isnan
from typing import cast

import numpy as np
import pytest

from kpialign.scoring.attainment import (
    Aims,
    assumes_baseline,
    attainment,
    is_all_or_nothing,
    needs_baseline,
    points_away,
    score_of,
)
from kpialign.scoring.compute import compute
from kpialign.scoring.contribution import department_scores, effective_weights
from kpialign.scoring.inputs import (
    Aggregation,
    Direction,
    EntityInput,
    KpiInput,
    Length,
    LinkInput,
    NodeInput,
)
from kpialign.scoring.results import Mark
from kpialign.scoring.status import status_of
from tests.scoring.cascades import NAN, cascade
from tests.scoring.tables import Row, number, table

QUARTER = 24
YEAR = 32
MONTHLY = KpiInput(Length.MONTH, "higher", "sum", "none")


def close(found: float, wanted: float) -> bool:
    return (isnan(found) and isnan(wanted)) or found == pytest.approx(wanted, rel=1e-8)


def kpi(code: str, **changes: object) -> NodeInput:
    return NodeInput(code, KpiInput(**{**vars(MONTHLY), **changes}))


def target(
    node: int, value: float, period: int = 0
) -> tuple[int, int, int, int, float, float, float, float]:
    return (node, 0, 0, period, 0.0, value, NAN, NAN)


@pytest.mark.parametrize("row", table("direction", "baseline"), ids=str)
def test_a_row_of_attainment(row: Row) -> None:
    aims = Aims(*(np.array(number(row.get(name, ""))) for name in ("baseline", "target", "", "")))
    direction = cast("Direction", row["direction"])

    raw = attainment(np.array(number(row["actual"])), aims, direction)

    assert close(float(raw), number(row["attainment"]))
    assert close(float(score_of(raw)), number(row["score"]))
    said = {
        "baseline assumed": assumes_baseline,
        "all or nothing": is_all_or_nothing,
        "target worse than baseline": points_away,
        "needs a baseline": needs_baseline,
    }
    found = [words for words, check in said.items() if check(aims, direction)]
    assert found == [words for words in [row["said beside it"]] if words]


@pytest.mark.parametrize("row", table("baseline", "lower edge"), ids=str)
def test_a_row_of_bands(row: Row) -> None:
    edges = [number(row[name]) for name in ("baseline", "", "lower edge", "upper edge") if name]
    aims = Aims(np.array(edges[0]), np.array(NAN), np.array(edges[1]), np.array(edges[2]))

    raw = attainment(np.array(number(row["actual"])), aims, "band")

    assert float(score_of(raw)) == pytest.approx(number(row["score"]), rel=1e-7)


@pytest.mark.parametrize("row", table("roll-up", "January"), ids=str)
def test_a_row_of_values_over_time(row: Row) -> None:
    months = [number(row[name]) for name in ("January", "February", "March")]
    actuals = [
        (0, 0, month, value, False) for month, value in enumerate(months) if not isnan(value)
    ]
    other = [(1, 0, month, 1.0, False) for month in range(3)]

    results = compute(
        cascade([kpi("K", time_rollup=row["roll-up"]), kpi("L")], actuals=actuals + other)
    )

    assert close(results.value[0, 0, QUARTER], number(row["the quarter"]))
    is_to_date = bool(results.marks[0, 0, QUARTER] & Mark.TO_DATE)
    assert is_to_date == (row["to date"] == "yes")


@pytest.mark.parametrize("row", table("roll-up", "months with a figure, of 12 ended"), ids=str)
def test_a_row_of_coverage(row: Row) -> None:
    first, last = row["months with a figure, of 12 ended"].split(" to ")
    actuals = [(0, 0, month - 1, 1.0, False) for month in range(int(first), int(last) + 1)]
    other = [(1, 0, month, 1.0, False) for month in range(12)]
    targets = [target(0, 2.0, month) for month in range(12)]

    results = compute(
        cascade(
            [kpi("K", time_rollup=row["roll-up"]), kpi("L")],
            actuals=actuals + other,
            targets=targets,
        )
    )

    assert results.coverage[0, 0, YEAR] == pytest.approx(number(row["coverage"]))


def calculated(formula: str, **changes: object) -> NodeInput:
    return kpi("F", formula=formula, time_rollup="formula", entity_rollup="formula", **changes)


@pytest.mark.parametrize("row", table("formula", "a", "b"), ids=str)
def test_a_row_of_formulas(row: Row) -> None:
    nodes = [calculated(row["formula"]), kpi("a"), kpi("b"), kpi("other")]
    figures = [(1, number(row["a"])), (2, number(row["b"])), (3, 1.0)]
    actuals = [(node, 0, 0, value, False) for node, value in figures if not isnan(value)]

    results = compute(cascade(nodes, actuals=actuals))

    assert close(results.value[0, 0, 0], number(row["value"]))


@pytest.mark.parametrize("row", table("formula", "months of a"), ids=str)
def test_a_row_of_formulas_over_a_quarter(row: Row) -> None:
    nodes = [calculated(row["formula"]), kpi("a"), kpi("b")]
    actuals = [
        (node, 0, month, number(value), False)
        for node, name in ((1, "months of a"), (2, "months of b"))
        for month, value in enumerate(row[name].replace(" ", "").split(","))
        if value
    ]

    results = compute(cascade(nodes, actuals=actuals))

    assert close(results.value[0, 0, QUARTER], number(row["the quarter"]))


@pytest.mark.parametrize("row", table("aggregation", "weights"), ids=str)
def test_a_row_of_roll_up(row: Row) -> None:
    weights = [float(weight) for weight in row["weights"].split(",")]
    scores = [score.strip() for score in row["scores"].split(",")]
    codes = [f"K{position}" for position in range(len(scores))]
    nodes = [
        NodeInput("A", None, cast("Aggregation", row["aggregation"])),
        *(kpi(code) for code in codes),
        kpi("Z"),
    ]
    links = [LinkInput(0, position, weight) for position, weight in enumerate(weights, start=1)]
    actuals = [(len(nodes) - 1, 0, 0, 1.0, False)]
    targets = []
    for position, score in enumerate(scores, start=1):
        if score != "not scored":
            targets.append(target(position, 100.0))
        if score not in ("not scored", "unknown"):
            actuals.append((position, 0, 0, float(score), False))

    results = compute(cascade(nodes, links, actuals=actuals, targets=targets))

    assert close(results.score[0, 0, 0], number(row["score"]))
    assert close(results.coverage[0, 0, 0], number(row["coverage"]))
    low, high = row["bounds"].split(" to ") if row["bounds"] else ("", "")
    assert close(results.low[0, 0, 0], number(low))
    assert close(results.high[0, 0, 0], number(high))


def test_the_rows_of_effective_weights() -> None:
    scores, wanted = table("root = 3 A + 1 B, A = X + Y, B = Y + 3 Z", "X")
    nodes = [NodeInput("A"), NodeInput("B"), *map(kpi, "XYZ"), NodeInput("root")]
    links = [
        LinkInput(*link)
        for link in ((5, 0, 3), (5, 1, 1), (0, 2, 1), (0, 3, 1), (1, 3, 1), (1, 4, 3))
    ]
    leaves = {"X": 2, "Y": 3, "Z": 4}
    actuals = [(node, 0, 0, float(scores[code]), False) for code, node in leaves.items()]
    inputs = cascade(nodes, links, actuals=actuals, targets=[target(n, 100.0) for n in (2, 3, 4)])

    results = compute(inputs)
    weights = effective_weights(inputs, results, 0, 0, 5)

    assert results.score[0, 5, 0] == pytest.approx(float(scores["root"]))
    assert results.score[0, 0, 0] == pytest.approx(75)
    assert results.score[0, 1, 0] == pytest.approx(27.5)
    for code, node in leaves.items():
        assert weights[node] == pytest.approx(float(wanted[code]))
    assert weights[5] == float(wanted["root"])


def test_the_rows_of_department_scores() -> None:
    nodes = [kpi("CCC"), kpi("DIO"), kpi("DSO"), NodeInput("O"), kpi("SLOW")]
    links = [LinkInput(*link) for link in ((3, 0, 1), (0, 1, 2), (0, 2, 1), (0, 4, 1))]
    figures = {0: 10.0, 1: 80.0, 2: 40.0, 4: 60.0}
    actuals = [(node, 0, 0, value, False) for node, value in figures.items()]
    inputs = cascade(nodes, links, actuals=actuals, targets=[target(n, 100.0) for n in figures])
    departments = ["Treasury", "Operations", "Sales", None, "Operations"]

    found = department_scores(inputs, compute(inputs), departments, entity=0)

    for row in table("department", "score"):
        assert found[row["department"]].score[0] == pytest.approx(float(row["score"]))
        assert found[row["department"]].coverage[0] == 1


@pytest.mark.parametrize("row", table("score", "coverage", "status"), ids=str)
def test_a_row_of_statuses(row: Row) -> None:
    assert status_of(number(row["score"]), number(row["coverage"])) == row["status"]


def test_the_rows_of_a_consolidated_ratio() -> None:
    dso = calculated("receivables / revenue * 90")
    receivables = kpi("receivables", time_rollup="last", entity_rollup="sum")
    nodes = [dso, receivables, kpi("revenue", entity_rollup="sum")]
    entities = (
        EntityInput("group", -1, "EUR"),
        EntityInput("A", 0, "EUR"),
        EntityInput("B", 0, "EUR"),
    )
    rows = table("entity", "receivables")
    places = {entity.key: position for position, entity in enumerate(entities)}
    actuals = [
        (node, places[row["entity"]], 0, float(row[name]), False)
        for row in rows
        if row["entity"] != "group"
        for node, name in ((1, "receivables"), (2, "revenue"))
    ]

    results = compute(cascade(nodes, actuals=actuals, entities=entities))

    for row in rows:
        values = results.value[places[row["entity"]], :, 0].tolist()
        names = ("days sales outstanding", "receivables", "revenue")
        assert values == pytest.approx([float(row[name]) for name in names])


@pytest.mark.parametrize("row", table("value of the member", "its average rate"), ids=str)
def test_a_row_of_conversion(row: Row) -> None:
    blank = np.full(24, NAN)
    average, closing = blank.copy(), blank.copy()
    average[0], closing[0] = number(row["its average rate"]), number(row["its closing rate"])
    node = kpi("K", time_rollup=row["roll-up"], entity_rollup="sum", is_money=True)
    entities = (EntityInput("group", -1, "EUR"), EntityInput("A", 0, "USD"))
    actuals = [(0, 1, 0, float(row["value of the member"]), False)]
    rates = {"USD": {Length.MONTH: (average, closing)}}

    results = compute(cascade([node], actuals=actuals, entities=entities, rates=rates))

    assert close(results.value[0, 0, 0], number(row["in the group"]))
