"""Entities side by side, and one of many found: sorted, filtered and paged by the address."""

import re
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from organisation.models import Entity
from tests.dashboards.groups import (
    RECEIVABLES,
    REVENUE,
    aim_everywhere,
    enter,
    make_group,
    set_rate,
)
from tests.dashboards.strategy import make_strategy
from tests.factories import make_entity, make_person

pytestmark = pytest.mark.django_db
SIGNED_IN = 3  # session, person, memberships


@pytest.fixture
def reader(client: Client) -> Client:
    make_group()
    aim_everywhere("DSO", GROUP="40", A="40", B="40")
    enter("RECEIVABLES", **RECEIVABLES)
    enter("REVENUE", **REVENUE)
    client.force_login(make_person("viewer@example.com", "viewer"))
    return client


def page_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


def text(client: Client, path: str) -> str:
    bare = re.sub(
        r"<(script|noscript|svg|head)\b.*?</\1>", " ", page_of(client, path), flags=re.DOTALL
    )
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare).replace("\xa0", " "))


def names(client: Client, path: str) -> list[str]:
    """Return the entities of the table's rows, in their order."""
    body = page_of(client, path).split("<tbody>")[1]
    return re.findall(r'<th class="name" scope="row"><a [^>]*>([^<]*)</a>', body)


def test_members_are_compared_worst_first_below_their_group(reader: Client) -> None:
    told = text(reader, "/entities/?node=DSO")

    assert "KPI DSO, Group 50 days: 1 of 2 members meets 40 days; lowest: B at 60 days" in told
    assert names(reader, "/entities/?node=DSO") == ["Group", "B", "A"]
    assert names(reader, "/entities/?node=DSO&sort=-score") == ["Group", "A", "B"]
    assert names(reader, "/entities/?node=DSO&sort=name") == ["Group", "A", "B"]
    assert names(reader, "/entities/?node=DSO&sort=nonsense") == ["Group", "B", "A"]


def test_without_a_choice_the_top_objective_is_compared(reader: Client) -> None:
    told = text(reader, "/entities/")

    assert "Objective CASH, Group 75.0: 1 of 2 members is on track; lowest: B at 50.0" in told


def test_a_status_filters_the_members_and_keeps_the_sort(reader: Client) -> None:
    page = page_of(reader, "/entities/?node=DSO&sort=name")

    assert "/entities/?node=DSO&sort=name&status=on_track" in page
    assert names(reader, "/entities/?node=DSO&status=on_track") == ["Group", "A"]
    assert "No entity has this status" in text(reader, "/entities/?node=DSO&status=not_scored")


def test_money_is_shown_in_its_own_and_the_group_s(client: Client) -> None:
    make_group(currency_of_b="USD")
    set_rate("USD", "2026-Q1", average="0.9", closing="0.8")
    enter("RECEIVABLES", **RECEIVABLES)
    enter("REVENUE", **REVENUE)
    client.force_login(make_person("viewer@example.com", "viewer"))

    told = text(client, "/entities/?node=REVENUE")

    assert (
        "KPI REVENUE, Group 840 EUR: 2 members have a figure; the largest is B with 600 USD" in told
    )
    assert "In EUR" in told
    assert "B 600 USD 540 EUR" in told


def test_chosen_entities_are_compared_alone(reader: Client) -> None:
    make_entity("C")

    assert names(reader, "/entities/?node=DSO&with=B&with=A") == ["Group", "B", "A"]
    assert names(reader, "/entities/?node=DSO&with=A") == ["Group", "A"]
    assert "Show all members" in text(reader, "/entities/?node=DSO&with=A")


def test_an_entity_without_members_stands_among_its_siblings(reader: Client) -> None:
    assert names(reader, "/entities/?node=DSO&entity=A") == ["Group", "B", "A"]
    assert 'aria-current="true">A<' in page_of(reader, "/entities/?node=DSO&entity=A")


def test_many_members_come_some_at_a_time(reader: Client) -> None:
    for number in range(30):
        make_entity(f"M{number:02}")

    first, last = "/entities/?node=REVENUE&sort=name", "/entities/?node=REVENUE&sort=name&page=2"
    assert len(names(reader, first)) == 26
    assert len(names(reader, last)) == 8
    assert "1 to 25 of 32" in text(reader, first)
    assert "/entities/?node=REVENUE&sort=name&page=2" in page_of(reader, first)
    assert names(reader, "/entities/?node=REVENUE&sort=name&page=9") == names(reader, last)


@pytest.mark.parametrize(
    "query", ["node=NOPE", "with=NOPE", "entity=NOPE", "page=x", "page=-1", "page=9999999"]
)
def test_what_is_not_there_is_absent(reader: Client, query: str) -> None:
    assert reader.get(f"/entities/?{query}").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_entities(
    reader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        make_entity(f"M{number:02}")

    with django_assert_max_num_queries(SIGNED_IN + 12):
        reader.get("/entities/?node=DSO")


def test_a_department_s_kpis_stand_side_by_side(reader: Client) -> None:
    told = text(reader, "/entities/matrix/?department=OPS")

    assert "Q1 FY26 Group EUR A EUR B EUR" in told
    assert "KPI DSO d At risk 50 On track 30 Off track 60" in told
    assert "KPI REVENUE Not scored 900 Not scored 300 Not scored 600" in told
    objective = text(reader, "/entities/matrix/?objective=CASH")
    assert "KPI DSO d At risk 50" in objective
    assert "Objective CASH At risk 75.0 On track 100.0 Off track 50.0" in text(
        reader, "/entities/matrix/"
    )
    assert reader.get("/entities/matrix/?objective=DSO").status_code == 404
    assert reader.get("/entities/matrix/?department=NOPE").status_code == 404


def test_every_page_says_where_in_the_tree_it_stands(reader: Client) -> None:
    Entity.objects.filter(code="B").update(parent=Entity.objects.get(code="A"))

    page = page_of(reader, "/kpis/DSO/?entity=B&period=2026")

    path = page[page.index('class="entity-path"') : page.index("</nav>", page.index("entity-path"))]
    assert 'href="/kpis/DSO/?period=2026"' in path
    assert 'href="/kpis/DSO/?period=2026&entity=A"' in path
    assert "Compare with its siblings" in path
    assert "Compare its 1 member" in page_of(reader, "/kpis/DSO/")


def test_one_entity_needs_no_path_and_no_comparison(client: Client) -> None:
    make_strategy()
    client.force_login(make_person("viewer@example.com", "viewer"))

    enterprise = page_of(client, "/enterprise/")

    assert "entity-path" not in enterprise
    assert 'href="/entities/"' not in enterprise
    assert "Group stands alone" in text(client, "/entities/")


def test_among_many_an_entity_is_found_by_name_or_code(reader: Client) -> None:
    for number in range(12):
        make_entity(f"M{number:02}")
    Entity.objects.filter(code="M03").update(name="Munich works")
    page = page_of(reader, "/kpis/DSO/?period=2026")
    back = "/kpis/DSO/?period=2026"

    def found(typed: str) -> str:
        response = reader.get("/entities/find/", {"q": typed, "to": back})
        return response["Location"] if response.status_code == 302 else ""

    assert 'id="entity-name"' in page
    assert 'id="pick-entity"' not in page
    assert f'name="to" value="{back}"' in page
    assert found("M05") == "/kpis/DSO/?period=2026&entity=M05"
    assert found("munich works") == "/kpis/DSO/?period=2026&entity=M03"
    assert found("works mun") == "/kpis/DSO/?period=2026&entity=M03"
    assert found("GROUP") == back
    assert found("m0") == ""
    several = reader.get("/entities/find/", {"q": "m0", "to": back}).content.decode()
    assert "10 entities match" in several
    assert 'href="/kpis/DSO/?period=2026&amp;entity=M07"' in several
    assert "No entity matches" in text(reader, "/entities/find/?q=nowhere")


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "/nowhere/", "x"])
def test_a_search_for_an_entity_leads_nowhere_else(reader: Client, away: str) -> None:
    response = reader.get("/entities/find/", {"q": "B", "to": away})

    assert response["Location"] == "/enterprise/?entity=B"


def test_the_names_to_choose_from_arrive_when_they_are_wanted(reader: Client) -> None:
    Entity.objects.filter(code="B").update(name="A")

    options = reader.get(
        "/entities/find/", headers={"HX-Request": "true", "HX-Target": "entity-options"}
    )

    assert re.findall('value="([^"]*)"', options.content.decode()) == ["A (A)", "A (B)", "Group"]
