"""Exported scores: their columns, their rows, and what of them is left empty."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from dashboards.services.refresh import refresh_scores
from kpis.models import Node, Target
from organisation.services.recompute import request_recompute
from tests.dashboards.cascade import aim, make_cascade
from tests.dashboards.commands import exported, run
from tests.factories import Status, figure, link, make_entity, make_kpi, record

HEADER = (
    "period,entity,node_type,code,value,target,baseline,score,coverage,status,attainment,"
    "driver_score,score_low,score_high,provisional"
)
DEPARTMENT_HEADER = "period,entity,department,node,score,coverage"

pytestmark = pytest.mark.django_db


def row(folder: Path, code: str, *options: str, label: str = "2026-Q1") -> dict[str, str]:
    """Recompute, and return the exported row of a node in a period."""
    refresh_scores(path="command")
    rows = exported(folder, "--period", label, "--node", code, *options)
    assert len(rows) == 1
    return rows[0]


def test_a_kpi_and_its_objective_are_written_in_full(tmp_path: Path) -> None:
    make_cascade()

    assert row(tmp_path, "DELIVERY") == {
        "period": "2026-Q1",
        "entity": "GROUP",
        "node_type": "kpi",
        "code": "DELIVERY",
        "value": "80.0",
        "target": "100.0",
        "baseline": "0.0",
        "score": "80.0",
        "coverage": "1.0",
        "status": "at_risk",
        "attainment": "0.8",
        "driver_score": "",
        "score_low": "80.0",
        "score_high": "80.0",
        "provisional": "0",
    }
    objective = row(tmp_path, "SPEED")
    assert objective["node_type"] == "objective"
    assert [objective[name] for name in ("value", "target", "baseline", "driver_score")] == [""] * 4
    assert (objective["score"], objective["status"]) == ("70.0", "at_risk")


def test_the_columns_are_those_of_the_contract() -> None:
    assert run("export_scores").splitlines() == [HEADER]
    assert run("export_scores", "--departments").splitlines() == [DEPARTMENT_HEADER]


def test_an_unknown_score_is_empty_and_lies_between_0_and_100(tmp_path: Path) -> None:
    cascade = make_cascade()
    record(figure(cascade.lead_time, "2026-Q1", None))

    unknown = row(tmp_path, "LEAD-TIME")

    assert (unknown["value"], unknown["score"], unknown["attainment"]) == ("", "", "")
    assert (unknown["coverage"], unknown["status"]) == ("0.0", "not_enough_data")
    assert (unknown["score_low"], unknown["score_high"]) == ("0.0", "100.0")
    assert row(tmp_path, "SPEED")["score_low"] == "60.0"


def test_over_achievement_is_a_fraction_above_one(tmp_path: Path) -> None:
    cascade = make_cascade()
    record(figure(cascade.delivery, "2026-Q1", "120"))

    over = row(tmp_path, "DELIVERY")

    assert (over["attainment"], over["score"]) == ("1.2", "100.0")


def test_a_baseline_that_was_assumed_is_empty(tmp_path: Path) -> None:
    cascade = make_cascade()
    Target.objects.filter(kpi=cascade.delivery).update(baseline=None)
    refresh_scores(path="command", full=True)

    assert row(tmp_path, "DELIVERY")["baseline"] == ""


def test_a_score_that_rests_on_a_submitted_figure_is_provisional(tmp_path: Path) -> None:
    cascade = make_cascade()
    record(figure(cascade.delivery, "2026-Q1", "80", status=Status.SUBMITTED))

    assert row(tmp_path, "DELIVERY")["provisional"] == "1"
    assert row(tmp_path, "SPEED")["provisional"] == "1"
    assert row(tmp_path, "LEAD-TIME")["provisional"] == "0"


def test_a_kpi_over_other_kpis_has_a_driver_score(tmp_path: Path) -> None:
    cascade = make_cascade()
    link(cascade.delivery.node, cascade.lead_time.node)

    request_recompute(kind="node", key="DELIVERY", by=None, why="linked")

    assert row(tmp_path, "DELIVERY")["driver_score"] == "40.0"


def test_an_archived_node_has_no_row(tmp_path: Path) -> None:
    make_cascade()
    Node.objects.filter(code="LEAD-TIME").update(archived_at=timezone.now())
    request_recompute(kind="node", key="LEAD-TIME", by=None, why="archived")

    refresh_scores(path="command")

    assert exported(tmp_path, "--node", "LEAD-TIME") == []
    assert row(tmp_path, "SPEED")["score"] == "80.0"


def test_months_that_hold_a_quarter_and_the_year_have_rows_too(tmp_path: Path) -> None:
    make_cascade()
    refresh_scores(path="command")

    labels = [one["period"] for one in exported(tmp_path, "--node", "SPEED")]

    assert labels == ["2026", "2026-03", "2026-Q1"]


def test_rows_stand_in_order_of_entity_period_and_code(tmp_path: Path) -> None:
    cascade = make_cascade()
    make_entity("ALPS")
    aim(cascade.delivery, "50", entity="ALPS")
    record(figure(cascade.delivery, "2026-Q1", "50", entity="ALPS"))
    request_recompute(kind="all", key="", by=None, why="a new entity")
    refresh_scores(path="command")

    rows = exported(tmp_path)

    keys = [(one["entity"], one["period"], one["code"]) for one in rows]
    assert keys == sorted(keys)
    assert {one["entity"] for one in rows} == {"ALPS", "GROUP"}
    assert {one["entity"] for one in exported(tmp_path, "--entity", "ALPS")} == {"ALPS"}


def test_departments_are_scored_beneath_all_objectives_and_beneath_each(tmp_path: Path) -> None:
    cascade = make_cascade()
    sales = make_kpi("ORDERS", department="SALES")
    link(cascade.speed, sales.node, "4")
    aim(sales, "100")
    record(figure(sales, "2026-Q1", "90"))
    request_recompute(kind="node", key="SPEED", by=None, why="linked")
    refresh_scores(path="command")

    rows = exported(tmp_path, "--departments", "--period", "2026-Q1")

    assert [tuple(one.values()) for one in rows] == [
        ("2026-Q1", "GROUP", "OPS", "", "70.0", "1.0"),
        ("2026-Q1", "GROUP", "SALES", "", "90.0", "1.0"),
        ("2026-Q1", "GROUP", "OPS", "SPEED", "70.0", "1.0"),
        ("2026-Q1", "GROUP", "SALES", "SPEED", "90.0", "1.0"),
    ]


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--period", "2026-Q9", "There is no period '2026-Q9'."),
        ("--entity", "NOWHERE", "There is no entity 'NOWHERE'."),
        ("--node", "NOTHING", "There is no node 'NOTHING'."),
    ],
)
def test_an_unknown_filter_is_refused_in_a_line(option: str, value: str, told: str) -> None:
    make_cascade()

    with pytest.raises(CommandError) as refused:
        run("export_scores", option, value)

    assert str(refused.value) == told


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        run("export_scores", "--output", str(tmp_path / "missing" / "scores.csv"))


def test_changes_that_wait_for_their_scores_are_told(tmp_path: Path) -> None:
    make_cascade()
    told = StringIO()

    call_command("export_scores", output=str(tmp_path / "scores.csv"), stderr=told)

    assert "run recompute_scores first" in told.getvalue()
