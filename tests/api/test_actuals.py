"""Figures by the API: who reads which, and how they come in."""

from typing import Any

import pytest

from kpis.models import KPI, Actual, ActualRevision, PeriodState
from organisation.models import AuditEntry, Entity
from tests.access import ROLES
from tests.api.asking import Program, program_of, told
from tests.factories import figure, make_department, make_entity, make_kpi, period, record

CELL = {"kpi": "DIO", "period": "2026-Q3", "value": "12.5"}
CANARIES = ("canary-ops", "canary-sales", "777123.25", "888321.75")
SCOPES = {"department_head": "OPS"}


@pytest.fixture
def head() -> Program:
    return program_of("department_head", department="OPS")


def drafts_seen(program: Program) -> set[str]:
    """Look through everything that a program can ask of figures."""
    told_at_all = ""
    for query in (
        {},
        {"status": "draft"},
        {"kpi": "DIO"},
        {"kpi": "DSO"},
        {"department": "SALES"},
        {"period": "2026-Q2", "entity": "GROUP"},
    ):
        answer = program.ask("GET", "actuals/", query=query)
        told_at_all += f"{answer.headers}{answer.content.decode()}"
    for path in ("kpis/", "scores/", "findings/", "periods/"):
        answer = program.ask("GET", path)
        told_at_all += f"{answer.headers}{answer.content.decode()}"
    return {canary for canary in CANARIES if canary in told_at_all}


@pytest.mark.parametrize("role", ROLES)
def test_drafts_are_told_within_the_scope_alone(role: str) -> None:
    program = program_of(role, department=SCOPES.get(role, ""))

    seen = drafts_seen(program)

    expected = {
        "finance_admin": set(CANARIES),
        "auditor": set(CANARIES),
        "department_head": {"canary-ops", "777123.25"},
    }
    assert seen == expected.get(role, set())


def test_a_foreign_draft_leaves_no_trace_in_counts(head: Program) -> None:
    viewer = program_of("viewer")

    assert head.get("actuals/", status="draft")["count"] == 1
    assert head.get("actuals/", kpi="DSO")["count"] == 1
    assert viewer.get("actuals/")["count"] == 2
    assert viewer.get("actuals/", period="2026-Q2")["count"] == 0


def test_a_scope_of_one_entity_shows_no_draft_of_another() -> None:
    make_entity("MILL")
    make_kpi("OEE", entities=("PLANT", "MILL"))
    oee = KPI.objects.get(node__code="OEE")
    record(figure(oee, "2026-Q1", "5", entity="MILL", status="draft"))
    record(figure(oee, "2026-Q1", "6", entity="PLANT", status="draft"))
    program = program_of("department_head", department="OPS", entity="PLANT")

    assert [row["value"] for row in program.results("actuals/", kpi="OEE")] == ["6"]
    assert program.post("actuals/", CELL | {"kpi": "OEE", "entity": "PLANT"}).status_code == 200
    refused = told(program.post("actuals/", CELL | {"kpi": "OEE", "entity": "MILL"}))
    absent = told(program.post("actuals/", CELL | {"kpi": "OEE", "entity": "NIL"}))
    assert refused[0] == absent[0] == 404
    assert str(refused).replace("MILL", "?") == str(absent).replace("NIL", "?")


def test_a_figure_tells_its_revision(head: Program) -> None:
    [row] = [row for row in head.results("actuals/", kpi="DIO") if row["status"] != "draft"]

    assert row.pop("at")
    assert row == {
        "kpi": "DIO",
        "entity": "GROUP",
        "period": "2026-Q1",
        "value": "41.5",
        "status": "approved",
        "comment": "",
        "source": "",
        "revision": 1,
        "by": None,
        "why": "",
        "path": "import",
    }


def test_a_figure_is_submitted_and_is_on_the_trail(head: Program) -> None:
    status, body = told(head.post("actuals/", CELL | {"comment": "as counted"}))

    assert (status, body["recorded"]) == (200, 1)
    [row] = body["results"]
    assert (row["value"], row["status"], row["revision"]) == ("12.5", "submitted", 1)
    assert (row["by"], row["path"]) == ("department_head@example.com", "api")
    entry = AuditEntry.objects.get(subject_key="DIO GROUP 2026-Q3")
    assert (entry.path, entry.actor, entry.action) == ("api", head.person, "submitted_actual")


def test_figures_come_as_a_list_of_drafts_and_the_same_again_is_no_change(head: Program) -> None:
    rows = [CELL | {"status": "draft"}, CELL | {"entity": "PLANT", "status": "draft"}]

    assert told(head.post("actuals/", rows))[1]["recorded"] == 2
    assert told(head.post("actuals/", rows))[1]["recorded"] == 0
    assert Actual.objects.filter(period__label="2026-Q3", counted=None).count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"status": "approved"}, "status"),
        ({"approved_by": "me"}, "approved_by"),
        ({"by": "other@example.com"}, "by"),
        ({"path": "import"}, "path"),
        ({"revision": 9}, "revision"),
        ({"value": "12,5"}, "value"),
        ({"value": "1_000"}, "value"),
        ({"value": "\u0661"}, "value"),
        ({"value": True}, "value"),
        ({"value": "1e9"}, "value"),
        ({"value": 10**30}, "value"),
        ({"value": []}, "value"),
        ({"period": "2026-13"}, "period"),
        ({"based_on": -1}, "based_on"),
    ],
)
def test_what_is_malformed_is_told_in_its_field(
    head: Program, change: dict[str, Any], field: str
) -> None:
    status, body = told(head.post("actuals/", CELL | change))

    assert (status, list(body)) == (400, [field])
    assert not Actual.objects.filter(period__label="2026-Q3").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": "0.0000000000000000001"}, "value"),
        ({"value": 5e-324}, "value"),
        ({"period": "2026-03"}, "period"),
        ({"period": "2031-Q1"}, "period"),
        ({"kpi": "CCC"}, "kpi"),
    ],
)
def test_what_does_not_fit_what_is_there_is_a_conflict_told_in_its_field(
    head: Program, change: dict[str, Any], field: str
) -> None:
    status, body = told(head.post("actuals/", CELL | change))
    as_list = told(head.post("actuals/", [CELL, CELL | {"entity": "PLANT"} | change]))

    assert (status, list(body["errors"])) == (409, [field])
    assert body["detail"] == f"{body['errors'][field][0]} Nothing was saved."
    assert as_list[1]["errors"] == {"1": body["errors"]}
    assert not Actual.objects.filter(period__label="2026-Q3").exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(12.5, "12.5"), (7, "7"), ("-0.10", "-0.1"), (1e-3, "0.001"), ("999999999999999", None)],
)
def test_a_figure_keeps_its_digits(head: Program, sent: object, kept: str | None) -> None:
    [row] = told(head.post("actuals/", CELL | {"value": sent}))[1]["results"]

    assert row["value"] == (kept or sent)


def test_a_foreign_cell_looks_exactly_like_an_absent_one(head: Program) -> None:
    foreign = told(head.post("actuals/", CELL | {"kpi": "DSO"}))
    absent = told(head.post("actuals/", CELL | {"kpi": "NIL"}))

    assert foreign[0] == absent[0] == 404
    assert str(foreign).replace("DSO", "?") == str(absent).replace("NIL", "?")
    assert told(head.post("actuals/", [CELL, CELL | {"kpi": "DSO"}]))[0] == 404
    assert not Actual.objects.filter(period__label="2026-Q3").exists()


@pytest.mark.parametrize("role", ["viewer", "executive", "auditor", "system_admin"])
def test_a_role_that_enters_nothing_is_refused(role: str) -> None:
    program = program_of(role)

    assert program.post("actuals/", CELL).status_code == 403
    assert not ActualRevision.objects.filter(path="api").exists()


def test_a_figure_that_counts_changes_only_with_a_reason(head: Program) -> None:
    counted = CELL | {"period": "2026-Q1", "value": "40"}

    words = "KPI DIO, 2026-Q1: the figure already counts. Say why it changes."
    assert told(head.post("actuals/", counted)) == (
        409,
        {"detail": words, "errors": {"why": [words]}},
    )
    status, body = told(head.post("actuals/", counted | {"why": "recount"}))
    assert (status, body["results"][0]["why"]) == (200, "recount")


def test_somebody_elses_newer_figure_is_a_conflict_that_shows_it(head: Program) -> None:
    dio = KPI.objects.get(node__code="DIO")
    record(figure(dio, "2026-Q3", "9", status="draft"), by=program_of("finance_admin").person)

    status, body = told(head.post("actuals/", CELL | {"based_on": 0}))

    assert status == 409
    assert body["conflicts"] == [
        {
            "kpi": "DIO",
            "entity": "GROUP",
            "period": "2026-Q3",
            "value": "9",
            "by": "Finance_Admin",
        }
    ]
    assert told(head.post("actuals/", CELL | {"based_on": 1}))[0] == 200


@pytest.mark.parametrize("state", ["closed", "in_review"])
def test_a_period_that_takes_no_figures_is_a_conflict(head: Program, state: str) -> None:
    group = Entity.objects.get(code="GROUP")
    PeriodState.objects.create(period=period("2026-Q3"), entity=group, state=state)

    status, body = told(head.post("actuals/", CELL))

    assert status == 409
    assert body["detail"].startswith("2026-Q3 is ")
    assert not Actual.objects.filter(period__label="2026-Q3").exists()


def test_an_archived_kpi_and_an_inactive_entity_take_no_figures(head: Program) -> None:
    make_department("OPS")
    admin = program_of("finance_admin")
    admin.patch("entities/PLANT/", {"active_to": "2026-06"})

    assert told(head.post("actuals/", CELL | {"entity": "PLANT"}))[0] == 409
    admin.patch("kpis/DIO/", {"state": "archived"})
    assert told(head.post("actuals/", CELL)) == (
        409,
        {"detail": "DIO is archived: it takes no figures."},
    )


def test_the_periods_of_the_next_fiscal_year_are_made_when_a_figure_needs_them(
    head: Program,
) -> None:
    assert told(head.post("actuals/", CELL | {"period": "2027-Q1"}))[0] == 200
    assert told(head.post("actuals/", CELL | {"period": "2029-Q1"}))[0] == 409
