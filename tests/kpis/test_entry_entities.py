"""An entry sheet of many entities, narrowed to one of them and what lies beneath it."""

import pytest
from django.test import Client

from kpis.models import KPI
from tests.factories import cell, make_entity, make_kpi, make_organisation, make_person

pytestmark = pytest.mark.django_db
SHEET = "/enter/OPS/?period=2026-Q1"


@pytest.fixture
def stock(client: Client) -> KPI:
    """Make a KPI that is entered at two plants of NORTH and at SOUTH."""
    make_organisation()
    for code, parent in (("NORTH", "GROUP"), ("N1", "NORTH"), ("N2", "NORTH"), ("SOUTH", "GROUP")):
        make_entity(code, parent=parent)
    client.force_login(make_person("head@example.com", "department_head", department="OPS"))
    return make_kpi("STOCK", entity_rollup="sum", entities=("N1", "N2", "SOUTH"))


def test_a_sheet_can_be_narrowed_to_an_entity_and_what_lies_beneath(
    stock: KPI, client: Client
) -> None:
    whole = client.get(SHEET).content.decode()
    north = client.get(f"{SHEET}&entity=NORTH").content.decode()
    south = client.get(f"{SHEET}&entity=SOUTH").content.decode()

    assert "3 of 3 figures to go" in whole
    assert "Only one entity" in whole
    assert "2 of 2 figures to go" in north
    assert "KPI STOCK, South" not in north
    assert "North and what lies beneath it" in north
    assert f'href="{SHEET}">Show every entity' in north
    assert "1 of 1 figure to go" in south


def test_a_narrowed_sheet_saves_what_it_shows_and_stays_narrow(stock: KPI, client: Client) -> None:
    path = f"{SHEET}&entity=SOUTH"
    held = f"{stock.pk}-{stock.entities.get(code='SOUTH').pk}"

    answer = client.post(path, {f"{held}-figure": "7", f"{held}-seen": "0", "action": "submit"})

    assert answer.headers["Location"] == path
    counted = cell(stock, "2026-Q1", entity="SOUTH").counted
    assert counted is not None
    assert counted.value == 7


def test_an_entity_that_is_not_there_has_no_sheet(stock: KPI, client: Client) -> None:
    assert client.get(f"{SHEET}&entity=NOWHERE").status_code == 404
