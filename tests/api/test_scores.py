"""Scores, explanations and findings by the API: the same as files and pages give."""

import json
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from dashboards.services.refresh import refresh_scores
from kpis.models import KPI
from tests.api.asking import Program, program_of, told
from tests.dashboards.cascade import aim
from tests.dashboards.commands import exported, run
from tests.factories import figure, record

TEXTS = {"period", "entity", "node_type", "code", "status"}


@pytest.fixture
def viewer() -> Program:
    dio, dso = (KPI.objects.get(node__code=code) for code in ("DIO", "DSO"))
    aim(dio, "50")
    aim(dso, "60")
    refresh_scores(path="command")
    return program_of("viewer")


def test_scores_are_those_of_the_export_bit_for_bit(viewer: Program, tmp_path: Path) -> None:
    rows = exported(tmp_path, "--period", "2026-Q1", "--entity", "GROUP")

    given = viewer.results("scores/", period="2026-Q1", entity="GROUP")

    assert len(rows) == len(given) == 5
    by_code = {row["code"]: row for row in given}
    for row in rows:
        score = by_code[row["code"]]
        assert list(score) == list(row)
        for name, text in row.items():
            if name in TEXTS:
                assert score[name] == text
            elif name == "provisional":
                assert score[name] is (None if text == "" else text == "1")
            else:
                assert score[name] == (None if text == "" else float(text)), name


def test_scores_are_of_the_latest_period_and_the_root_if_none_is_named(viewer: Program) -> None:
    rows = viewer.results("scores/")

    assert {(row["period"], row["entity"]) for row in rows} == {("2026-Q1", "GROUP")}


def test_scores_are_filtered(viewer: Program) -> None:
    assert [row["code"] for row in viewer.results("scores/", node="DIO")] == ["DIO"]
    objectives = viewer.results("scores/", node_type="objective")
    assert [row["code"] for row in objectives] == ["GROWTH", "MARGIN"]
    off = viewer.results("scores/", status="off_track")
    assert [row["code"] for row in off] == ["DSO", "GROWTH"]
    assert viewer.results("scores/", node="NOPE") == []


@pytest.mark.parametrize("query", [{"period": "2031-05"}, {"entity": "NOPE"}])
def test_a_period_or_entity_that_is_not_there_is_absent(
    viewer: Program, query: dict[str, str]
) -> None:
    assert viewer.ask("GET", "scores/", query=query).status_code == 404
    assert viewer.ask("GET", "scores/explain/", query=query | {"node": "DIO"}).status_code == 404


def test_what_is_unknown_is_null(viewer: Program) -> None:
    record(figure(KPI.objects.get(node__code="DIO"), "2026-Q1", None))
    refresh_scores(path="command")

    [row] = viewer.results("scores/", node="MARGIN", period="2026-Q1")

    assert (row["score"], row["coverage"], row["status"]) == (None, 0, "not_enough_data")
    assert (row["score_low"], row["score_high"]) == (0, 100)


def test_an_explanation_is_that_of_the_command(viewer: Program) -> None:
    by_command = run("explain_score", "MARGIN", "--period", "2026-Q1", "--format", "json")

    given = viewer.get("scores/explain/", node="MARGIN", period="2026-Q1")

    assert given == json.loads(by_command)
    assert given["terms"][0]["revision"]["path"] == "import"


def test_an_explanation_needs_a_node_that_is_there(viewer: Program) -> None:
    assert told(viewer.ask("GET", "scores/explain/")) == (
        400,
        {"node": ["This field is required."]},
    )
    absent = viewer.ask("GET", "scores/explain/", query={"node": "NOPE"})
    assert told(absent) == (404, {"detail": "There is no objective or KPI “NOPE”."})


def test_findings_are_those_of_the_command(viewer: Program) -> None:
    by_command = json.loads(run("check_cascade", "--format", "json", "--as-of", "2026-12-31"))

    given = viewer.results("findings/", as_of="2026-12-31")

    assert given == by_command
    assert given
    rule = given[0]["rule"]
    assert {row["rule"] for row in viewer.results("findings/", rule=rule)} == {rule}
    assert told(viewer.ask("GET", "findings/", query={"as_of": "soon"}))[0] == 400


def test_scores_take_a_bounded_number_of_queries(
    viewer: Program, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(20):
        viewer.get("scores/")
