"""The checklist of a close: which expected figures are missing, unsent or not approved."""

import pytest
from pytest_django import DjangoAssertNumQueries

from kpis.models import KPI, ReportingPeriod
from kpis.selectors.checklist import Gap, gaps
from organisation.models import Entity
from tests.factories import (
    figure,
    make_entity,
    make_kpi,
    make_organisation,
    make_person,
    period,
    record,
)

pytestmark = pytest.mark.django_db
QUARTER = "2026-Q1"


@pytest.fixture
def stock() -> KPI:
    make_organisation()
    make_entity("PLANT")
    return make_kpi("STOCK", entities=("GROUP", "PLANT"))


def listed(*labels: str) -> list[Gap]:
    return gaps([period(label) for label in labels], Entity.objects.all())


def kinds(*labels: str) -> dict[str, str]:
    return {gap.entity.code: gap.kind for gap in listed(*labels)}


def test_a_figure_that_nobody_gave_is_missing(stock: KPI) -> None:
    record(figure(stock, QUARTER, "5"))

    assert kinds(QUARTER) == {"PLANT": "missing"}


def test_an_emptied_figure_is_missing(stock: KPI) -> None:
    record(figure(stock, QUARTER, "5"), figure(stock, QUARTER, "6", entity="PLANT"))
    record(figure(stock, QUARTER, None))

    assert kinds(QUARTER) == {"GROUP": "missing"}


def test_a_draft_alone_is_a_gap_and_one_beside_an_approved_figure_is_none(stock: KPI) -> None:
    record(figure(stock, QUARTER, "5"), figure(stock, QUARTER, "6", entity="PLANT", status="draft"))
    record(figure(stock, QUARTER, "7", status="draft"))

    assert kinds(QUARTER) == {"PLANT": "draft"}


def test_a_submitted_figure_waits_for_approval(stock: KPI) -> None:
    record(figure(stock, QUARTER, "5"), figure(stock, QUARTER, "6", entity="PLANT"))
    record(figure(stock, QUARTER, "5", status="submitted"))

    assert kinds(QUARTER) == {"GROUP": "not_approved"}


def test_a_submitted_figure_waits_even_where_none_is_expected(stock: KPI) -> None:
    record(figure(stock, QUARTER, "5"), figure(stock, QUARTER, "6", entity="PLANT"))
    make_entity("SHOP")
    record(figure(stock, QUARTER, "5", entity="SHOP", status="submitted"))

    assert kinds(QUARTER) == {"SHOP": "not_approved"}


def test_a_figure_is_asked_for_in_periods_of_its_own_length_alone(stock: KPI) -> None:
    assert kinds("2026-01", "2026-02", "2026") == {}


def test_an_entity_that_is_not_active_owes_nothing(stock: KPI) -> None:
    Entity.objects.filter(code="PLANT").update(active_from="2026-04-01")

    assert kinds(QUARTER) == {"GROUP": "missing"}


def test_a_calculated_an_archived_and_a_consolidated_figure_are_not_asked_for(stock: KPI) -> None:
    make_kpi("RATIO", formula="STOCK * 2")
    make_kpi("SALES", entity_rollup="sum", entities=("GROUP", "PLANT"))
    stock.node.archived_at = "2026-01-01T00:00:00Z"
    stock.node.save(update_fields=["archived_at"])

    assert [(gap.kpi_code, gap.entity.code) for gap in listed(QUARTER)] == [("SALES", "PLANT")]


def test_a_gap_names_the_head_whose_reach_is_nearest(stock: KPI) -> None:
    make_person("whole@example.com", "department_head", department="OPS")
    make_person("plant@example.com", "department_head", department="OPS", entity="PLANT")
    make_person("sales@example.com", "department_head", department="SALES")

    found = {gap.entity.code: gap.owner_name for gap in listed(QUARTER)}

    assert found == {"GROUP": "Whole", "PLANT": "Plant"}


def test_a_gap_without_a_head_says_so(stock: KPI) -> None:
    make_person("whole@example.com", "department_head", department="SALES")

    assert {gap.owner_name for gap in listed(QUARTER)} == {"no head named"}


def test_a_gap_is_told_in_one_line(stock: KPI) -> None:
    make_person("whole@example.com", "department_head", department="OPS")

    assert listed(QUARTER)[0].told == (
        "2026-Q1, GROUP, STOCK KPI STOCK: no figure yet (Department OPS: Whole)"
    )


def test_the_queries_depend_neither_on_periods_nor_on_entities(
    stock: KPI, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        make_entity(f"P{number}")
    make_kpi("ORDERS", frequency="monthly", entities=("P1", "P2"))
    periods = list(ReportingPeriod.objects.all())
    entities = list(Entity.objects.all())

    with django_assert_num_queries(9):
        found = gaps(periods, entities)

    assert len(found) == 4 * 2 + 12 * 2
