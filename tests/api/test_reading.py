"""What everybody reads by the API: the cascade as it stands, page by page."""

from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from kpis.models import KPI, PeriodState, Target
from organisation.models import Entity
from tests.api.asking import Program, program_of, told
from tests.factories import make_kpi, period


@pytest.fixture
def viewer() -> Program:
    return program_of("viewer")


def test_entities_tell_their_tree(viewer: Program) -> None:
    assert viewer.results("entities/", parent="GROUP") == [
        {
            "code": "PLANT",
            "name": "Plant",
            "parent": "GROUP",
            "currency": "",
            "active_from": None,
            "active_to": None,
        }
    ]
    assert viewer.get("entities/GROUP/")["parent"] is None


def test_departments_and_objectives_are_listed_by_code(viewer: Program) -> None:
    assert [row["code"] for row in viewer.results("departments/")] == ["OPS", "SALES"]
    assert viewer.results("objectives/", perspective="FIN") == [
        {
            "code": "MARGIN",
            "name": "Objective MARGIN",
            "description": "",
            "perspective": "FIN",
            "department": None,
            "owner_email": None,
            "aggregation": "arithmetic",
            "state": "active",
        }
    ]


def test_kpis_tell_all_that_defines_them(viewer: Program) -> None:
    row = viewer.get("kpis/DIO/")

    assert row == {
        "code": "DIO",
        "name": "KPI DIO",
        "description": "",
        "category": "operational",
        "department": "OPS",
        "unit": "",
        "decimals": None,
        "direction": "higher",
        "frequency": "quarterly",
        "time_rollup": "sum",
        "entity_rollup": "",
        "entities": ["GROUP", "PLANT"],
        "formula": "",
        "aggregation": "arithmetic",
        "owner_email": None,
        "tags": "",
        "state": "active",
    }
    assert [row["code"] for row in viewer.results("kpis/", department="SALES")] == ["DSO"]


def test_links_and_targets_keep_their_digits(viewer: Program) -> None:
    kpi = KPI.objects.get(node__code="DIO")
    Target.objects.create(
        kpi=kpi,
        entity=Entity.objects.get(code="GROUP"),
        period=period("2026"),
        target=Decimal("1234567890.12345"),
    )

    assert viewer.results("links/", parent="MARGIN") == [
        {
            "parent": "MARGIN",
            "child": "DIO",
            "weight": "2",
            "kind": "contributes",
            "lag": None,
            "rationale": "",
        }
    ]
    [target] = viewer.results("targets/", kpi="DIO")
    assert (target["target"], target["baseline"]) == ("1234567890.12345", None)


def test_periods_tell_their_state_at_each_entity(viewer: Program) -> None:
    plant = Entity.objects.get(code="PLANT")
    PeriodState.objects.create(period=period("2026-Q1"), entity=plant, state="closed")

    [row] = viewer.results("periods/", kind="quarter", state="closed", entity="PLANT")

    assert row == {
        "label": "2026-Q1",
        "kind": "quarter",
        "start_on": "2026-01-01",
        "end_on": "2026-03-31",
        "parent": "2026",
        "state": "closed",
        "entities": [
            {"entity": "GROUP", "state": "open"},
            {"entity": "PLANT", "state": "closed"},
        ],
    }
    assert len(viewer.results("periods/", kind="quarter", state="open")) == 4


def test_pages_follow_each_other(viewer: Program) -> None:
    first = viewer.get("periods/", page_size=7)
    rows = viewer.results("periods/", page_size=7)

    assert first["previous"] is None
    assert first["next"] == "http://testserver/api/v1/periods/?page=2&page_size=7"
    assert (first["count"], len(first["results"])) == (17, 7)
    assert len({row["label"] for row in rows}) == 17


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"perod": "2026"}, "perod"),
        ({"page": "0"}, "page"),
        ({"page": "\u0663"}, "page"),
        ({"page_size": "many"}, "page_size"),
        ({"department": "no code!"}, "department"),
        ({"state": "sleeping"}, "state"),
        ({"owner_email": "nobody"}, "owner_email"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(
    viewer: Program, query: dict[str, str], named: str
) -> None:
    status, body = told(viewer.ask("GET", "kpis/", query=query))

    assert status == 400
    assert list(body) == [named]


def test_a_page_behind_the_last_and_a_code_that_is_not_there_are_absent(viewer: Program) -> None:
    assert told(viewer.ask("GET", "kpis/", query={"page": "9"})) == (
        404,
        {"detail": "There is no page 9; the last is 1."},
    )
    assert told(viewer.ask("GET", "kpis/NOPE/")) == (404, {"detail": "There is no KPI “NOPE”."})
    assert told(viewer.ask("GET", "nowhere/")) == (
        404,
        {"detail": "There is nothing at this address."},
    )


@pytest.mark.parametrize(
    "path", ["entities/", "departments/", "objectives/", "kpis/", "links/", "targets/", "periods/"]
)
def test_a_list_takes_a_bounded_number_of_queries(
    viewer: Program, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        make_kpi(f"K{number}", entities=("GROUP",))

    with django_assert_max_num_queries(8):
        viewer.get(path)
