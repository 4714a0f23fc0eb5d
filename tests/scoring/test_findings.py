"""What is doubtful in a cascade is found, with what would mend it."""

from dataclasses import replace

import pytest

from kpialign.scoring.compute import compute
from kpialign.scoring.findings import Finding, Severity, Surroundings, findings
from kpialign.scoring.inputs import (
    CascadeInput,
    Direction,
    EntityInput,
    EntityRollup,
    KpiInput,
    Length,
    LinkInput,
    NodeInput,
)
from tests.scoring.cascades import NAN, cascade

Cells = tuple[float, float, float, float]

KPI = KpiInput(Length.MONTH, "higher", "sum", "none")
FIGURE = [(1, 0, 0, 5.0, False)]
TARGET = [(1, 0, 0, 0, 0.0, 10.0, NAN, NAN)]
SOUND = cascade(
    [NodeInput("A"), NodeInput("K", KPI)], [LinkInput(0, 1, 1.0)], actuals=FIGURE, targets=TARGET
)
AROUND = Surroundings(label=lambda column: f"P{column}", financial=frozenset({0}))


def found(inputs: CascadeInput, around: Surroundings = AROUND) -> list[Finding]:
    return findings(inputs, compute(inputs), around)


def rules(inputs: CascadeInput, around: Surroundings = AROUND) -> list[tuple[str, str, str, str]]:
    return [(one.rule, one.node, one.entity, one.period) for one in found(inputs, around)]


def with_target(cells: Cells, direction: Direction = "higher") -> CascadeInput:
    nodes = [NodeInput("A"), NodeInput("K", replace(KPI, direction=direction))]
    return cascade(nodes, [LinkInput(0, 1, 1.0)], actuals=FIGURE, targets=[(1, 0, 0, 0, *cells)])


def test_a_sound_cascade_has_no_findings() -> None:
    assert found(SOUND) == []


@pytest.mark.parametrize(
    ("cells", "direction", "rule", "severity"),
    [
        ((20.0, 10.0, NAN, NAN), "higher", "target_worse_than_baseline", Severity.ERROR),
        ((5.0, 10.0, NAN, NAN), "lower", "target_worse_than_baseline", Severity.ERROR),
        ((NAN, NAN, 9.0, 3.0), "band", "band_reversed", Severity.ERROR),
        ((NAN, 0.0, NAN, NAN), "higher", "needs_baseline", Severity.WARNING),
        ((10.0, 10.0, NAN, NAN), "higher", "all_or_nothing", Severity.WARNING),
    ],
)
def test_a_doubtful_target_is_found(
    cells: Cells, direction: Direction, rule: str, severity: Severity
) -> None:
    (one,) = found(with_target(cells, direction))

    assert (one.rule, one.severity) == (rule, severity)
    assert (one.node, one.entity, one.period) == ("K", "GROUP", "P0")
    assert one.fix


def test_a_kpi_without_any_target_is_found_unless_it_only_feeds_formulas() -> None:
    nodes = [NodeInput("A"), NodeInput("K", replace(KPI, formula="x")), NodeInput("x", KPI)]
    inputs = cascade(nodes, [LinkInput(0, 1, 1.0)], actuals=[(2, 0, 0, 5.0, False)])

    assert rules(inputs) == [("no_target", "K", "", "")]


def test_a_figure_without_a_target_is_found_and_so_is_the_gap_it_makes() -> None:
    inputs = cascade(
        list(SOUND.nodes),
        list(SOUND.links),
        actuals=[*FIGURE, (1, 0, 1, 5.0, False)],
        targets=TARGET,
    )

    assert rules(inputs) == [
        ("no_target", "K", "GROUP", "P1"),
        ("target_gap", "K", "GROUP", "P24"),
        ("target_gap", "K", "GROUP", "P32"),
    ]


def test_a_formula_that_cannot_be_calculated_is_an_error() -> None:
    nodes = [NodeInput("A"), NodeInput("K", replace(KPI, formula="nowhere + 1"))]
    inputs = cascade(nodes, [LinkInput(0, 1, 1.0)], targets=TARGET)

    (one,) = found(inputs)

    assert (one.rule, one.severity, one.node) == ("formula_error", Severity.ERROR, "K")
    assert "column 1" in one.message


def test_paths_to_objectives_and_to_money_are_looked_for_through_formulas() -> None:
    nodes = [NodeInput("A"), NodeInput("K", replace(KPI, formula="x")), NodeInput("x", KPI)]
    targets = [*TARGET, (2, 0, 0, 0, 0.0, 10.0, NAN, NAN)]
    actuals = [(2, 0, 0, 5.0, False)]
    linked = cascade(nodes, [LinkInput(0, 1, 1.0)], actuals=actuals, targets=targets)
    loose = cascade(nodes, actuals=actuals, targets=targets)

    assert rules(linked) == []
    assert rules(linked, replace(AROUND, financial=frozenset())) == [
        ("no_financial_path", "K", "", ""),
        ("no_financial_path", "x", "", ""),
    ]
    assert ("unlinked", "K", "", "") in rules(loose)


def test_too_many_kpis_are_found_for_objectives_and_departments() -> None:
    around = replace(
        AROUND, kpis_per_objective=0, kpis_per_department=0, departments=(None, "SALES")
    )

    assert rules(SOUND, around) == [("overload", "A", "", ""), ("overload", "SALES", "", "")]


def test_a_link_without_weight_to_speak_of_is_found() -> None:
    nodes = [*SOUND.nodes, NodeInput("L", KPI)]
    links = [LinkInput(0, 1, 99.0), LinkInput(0, 2, 1.0)]
    inputs = cascade(
        nodes,
        links,
        actuals=[*FIGURE, (2, 0, 0, 5.0, False)],
        targets=[*TARGET, (2, 0, 0, 0, 0.0, 10.0, NAN, NAN)],
    )

    assert rules(inputs) == [("dead_weight", "L", "", "")]


def test_a_kpi_is_stale_when_its_latest_period_has_no_figure() -> None:
    as_of = int(SOUND.calendar.month_ends[1])

    assert rules(SOUND, replace(AROUND, as_of=as_of)) == [("stale", "K", "GROUP", "P1")]
    assert rules(SOUND, replace(AROUND, as_of=as_of - 1)) == []


GROUP_AND_MEMBER = (EntityInput("GROUP", -1, "EUR"), EntityInput("ONE", 0, "USD"))


def member_inputs(entity_rollup: EntityRollup) -> CascadeInput:
    kpi = replace(KPI, entity_rollup=entity_rollup, is_money=True)
    return cascade(
        [NodeInput("A"), NodeInput("K", kpi)],
        [LinkInput(0, 1, 1.0)],
        actuals=[(1, 1, 0, 5.0, False)],
        targets=[(1, 1, 0, 0, 0.0, 10.0, NAN, NAN)],
        entities=GROUP_AND_MEMBER,
    )


def test_a_missing_rate_is_an_error_that_names_currency_and_period() -> None:
    (one,) = found(member_inputs("sum"))

    assert (one.rule, one.severity) == ("missing_rate", Severity.ERROR)
    assert (one.node, one.entity, one.period) == ("K", "GROUP", "P0")
    assert "average rate of USD for P0" in one.message


def test_a_kpi_measured_in_members_but_not_in_their_group_is_found() -> None:
    assert rules(member_inputs("none")) == [("not_in_group", "K", "GROUP", "")]


def test_green_drivers_under_a_red_result_are_found() -> None:
    nodes = [*SOUND.nodes, NodeInput("L", KPI)]
    inputs = cascade(
        nodes,
        [LinkInput(0, 1, 1.0), LinkInput(1, 2, 1.0)],
        actuals=[*FIGURE, (2, 0, 0, 10.0, False)],
        targets=[*TARGET, (2, 0, 0, 0, 0.0, 10.0, NAN, NAN)],
    )

    assert rules(inputs) == [("green_drivers_red_result", "K", "GROUP", "P0")]


def test_archived_nodes_are_left_alone() -> None:
    nodes = [NodeInput("A"), NodeInput("K", KPI, archived=True)]

    assert rules(cascade(nodes, [LinkInput(0, 1, 1.0)], actuals=FIGURE)) == []
