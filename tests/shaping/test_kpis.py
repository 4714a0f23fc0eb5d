"""KPIs are made and changed; a formula is checked while it is typed and when it is saved."""

from decimal import Decimal

import pytest
from django.test import Client

from dashboards.services.refresh import refresh_scores
from kpialign.interchange import stored
from kpialign.interchange.rows import KPIRow
from kpis.models import KPI, ReportingPeriod
from organisation.models import AuditEntry
from tests.factories import (
    figure,
    link,
    make_department,
    make_kpi,
    make_objective,
    make_organisation,
    record,
)
from tests.shaping.pages import finance_admin, opened, problems, send

pytestmark = pytest.mark.django_db
NEW, CHECK = "/shape/new/kpi/", "/shape/formula/"
SOUND = {
    "code": "NEW",
    "name": "New one",
    "category": "financial",
    "department": "OPS",
    "time_rollup": "sum",
}


def checked(client: Client, **typed: str) -> str:
    response = client.post(CHECK, {"frequency": "quarterly", "time_rollup": "formula", **typed})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_before_there_is_a_department_the_page_leads_to_making_one_and_back() -> None:
    client = finance_admin()
    page = client.get(f"{NEW}?parent=TOP").content.decode()
    assert 'href="/shape/new/department/?then=%2Fshape%2Fnew%2Fkpi%2F%3Fparent%3DTOP"' in page

    response = send(
        client, "/shape/new/department/?then=/shape/new/kpi/", code="OPS", name="Operations"
    )

    assert response["Location"] == "/shape/new/kpi/"


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example/shape/", "/people/"])
def test_only_pages_of_shaping_are_gone_back_to(then: str) -> None:
    response = send(
        finance_admin(), f"/shape/new/department/?then={then}", code="OPS", name="Operations"
    )

    assert response["Location"] == "/shape/departments/"


def test_a_kpi_is_made_beneath_its_parent_with_all_that_defines_it() -> None:
    make_organisation()
    make_objective("TOP")
    make_department("OPS")

    response = send(
        finance_admin(),
        f"{NEW}?parent=TOP",
        **SOUND,
        description="How much\r\nwe sell",
        unit="money",
        decimals="0",
        weight="2",
        entities=["GROUP"],
        tags="GRI 201-1",
        entity_rollup="sum",
    )

    assert response["Location"] == "/shape/children/TOP/"
    assert stored.kpis()["NEW"] == KPIRow(
        code="NEW",
        name="New one",
        description="How much\nwe sell",
        category="financial",
        department="OPS",
        unit="money",
        decimals=0,
        direction="higher",
        frequency="monthly",
        time_rollup="sum",
        entity_rollup="sum",
        entities=("GROUP",),
        formula="",
        aggregation="arithmetic",
        owner_email="",
        tags="GRI 201-1",
        state="active",
    )
    assert stored.links()["TOP", "NEW"].weight == Decimal(2)


def test_what_is_not_typed_yet_is_asked_for_field_by_field() -> None:
    make_organisation()
    make_department("OPS")

    response = send(finance_admin(), NEW)

    assert problems(response) == [
        "Code: Fill in: code.",
        "Name: Fill in: name.",
        "Category: Choose one.",
        "Department: Choose one.",
        "A longer period's figure: Choose one.",
    ]
    assert not KPI.objects.exists()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            {"formula": "2 * (3 +"},
            "Formula: Column 9: the formula ends too early."
            " Accepted: a formula such as [profit] / [revenue] * 100.",
        ),
        (
            {"formula": "[NOPE] * 2"},
            "Formula: Column 1: there is no KPI 'NOPE'. Accepted: codes of kpis.",
        ),
        (
            {"formula": "A * [NEW]"},
            "Formula: The formulas go round in a circle: New one (NEW) > New one (NEW).",
        ),
        (
            {"time_rollup": "formula"},
            "A longer period's figure: A longer period's figure is formula, but the KPI has none."
            " Accepted: a formula, or another roll-up.",
        ),
        (
            {"formula": "A", "time_rollup": "formula", "entity_rollup": "sum"},
            "A group's figure: A longer period's figure formula does not go with"
            " a group's figure sum."
            " Accepted: formula, none or empty.",
        ),
        (
            {"decimals": "x"},
            "Decimals shown: 'x' does not fit. Accepted: a whole number from 0 to 15.",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused_beside_its_field(
    typed: dict[str, str], told: str
) -> None:
    make_organisation()
    make_kpi("A", frequency="monthly")

    response = send(finance_admin(), NEW, **{**SOUND, **typed})

    assert told in problems(response)
    assert set(KPI.objects.values_list("node__code", flat=True)) == {"A"}
    assert AuditEntry.objects.count() == 0


def test_a_formula_being_typed_is_tried_on_the_latest_figures() -> None:
    make_organisation()
    profit, revenue = make_kpi("PROFIT"), make_kpi("REVENUE")
    record(
        figure(profit, "2026-Q1", "12"),
        figure(revenue, "2026-Q1", "100"),
        figure(profit, "2026-Q2", "11"),
    )
    refresh_scores(path="command")

    said = checked(finance_admin(), formula="PROFIT / REVENUE * 100", unit="%")

    assert "Uses <a" in said
    assert "KPI PROFIT</a> (12.0)" in said
    assert "KPI REVENUE</a> (100.0)" in said
    assert "It makes <b>Q1 FY26: 12.0 %</b>." in said
    assert "A longer period is calculated anew from its own inputs." in said


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("2 * (3 +", "Column 9: the formula ends too early."),
        ("A + NOPE", "Column 5: there is no KPI &#x27;NOPE&#x27;."),
        ("A + TOP", "Column 5: TOP is an objective."),
        ("[A] + 1", "circle: KPI A (A) &gt; KPI B (B) &gt; KPI A (A)."),
        ("prev(C)", "Column 6: C is a sum over a longer period (annual)."),
    ],
)
def test_what_is_wrong_with_a_formula_is_said_with_its_column(formula: str, told: str) -> None:
    make_organisation()
    make_objective("TOP")
    make_kpi("B")
    make_kpi("A", formula="B * 2", time_rollup="formula")
    make_kpi("C", frequency="annual")

    said = checked(finance_admin(), formula=formula, of="B")

    assert told in said
    assert AuditEntry.objects.count() == 0
    assert stored.kpis()["B"].formula == ""


def test_no_formula_says_nothing_and_a_hostile_one_nothing_harmful() -> None:
    make_organisation()
    client = finance_admin()

    assert checked(client, formula="  ") == ""
    assert "Column" in checked(client, formula="<script>alert(1)</script>")
    assert "<script>" not in checked(client, formula="[<script>]")
    assert "4,000" in checked(client, formula="1+" * 3_000)
    assert client.post(CHECK, {"formula": "1/0", "frequency": "x"}).status_code == 200


def test_an_entered_kpi_with_figures_takes_no_formula() -> None:
    make_organisation()
    record(figure(make_kpi("A"), "2026-Q1", "1"))
    make_kpi("B")

    response = send(finance_admin(), "/shape/kpis/A/", formula="B * 2")

    assert problems(response) == [
        "Formula: A has actuals, and a KPI with a formula takes none. Accepted: no formula."
    ]
    assert stored.kpis()["A"].formula == ""


def test_the_code_stays_and_everything_else_may_change() -> None:
    make_organisation()
    make_kpi("A")
    make_kpi("B")
    client = finance_admin()
    form = opened(client, "/shape/kpis/A/")
    assert "code" not in form

    send(client, "/shape/kpis/A/", form, code="Z", formula="[B] * 2", time_rollup="formula")

    assert (stored.kpis()["A"].formula, stored.kpis()["A"].time_rollup) == ("[B] * 2", "formula")
    assert "Z" not in stored.kpis()


def test_archiving_a_kpi_names_its_parent_and_the_formulas_that_use_it() -> None:
    make_organisation()
    kpi = make_kpi("A")
    link(make_objective("TOP"), kpi.node)
    make_kpi("B", formula="A * 2", time_rollup="formula")

    page = finance_admin().get("/shape/archive/A/").content.decode()

    assert "Objective TOP: nothing scored is left beneath it." in page
    assert "KPI B (B)" in page


def test_a_missing_name_and_a_broken_formula_are_said_together() -> None:
    make_organisation()
    make_kpi("A")

    response = send(finance_admin(), "/shape/kpis/A/", name="", formula="2 * (3 +")

    assert problems(response) == [
        "Name: Fill in: name.",
        "Formula: Column 9: the formula ends too early."
        " Accepted: a formula such as [profit] / [revenue] * 100.",
    ]


def test_the_first_kpi_can_be_entered_and_read_at_once() -> None:
    client = finance_admin()
    send(client, "/shape/new/objective/", code="TOP", name="Top")
    send(client, "/shape/new/department/", code="OPS", name="Operations")

    send(client, NEW, **SOUND)

    assert ReportingPeriod.objects.count() == 17
    assert "New one" in client.get("/enter/OPS/").content.decode()
    assert client.get("/kpis/NEW/").status_code == 200
    assert client.get("/objectives/TOP/").status_code == 200
    assert send(client, "/shape/kpis/NEW/", unit="days")["Location"] == "/kpis/NEW/"
