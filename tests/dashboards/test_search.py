"""Search: objectives, KPIs, departments, entities and pages, by the words people know."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboards.selectors.search import MOST_SHOWN, Place, search
from kpis.models import KPI, Node
from tests.factories import (
    make_department,
    make_entity,
    make_kpi,
    make_objective,
    make_organisation,
    make_person,
)


@pytest.fixture(autouse=True)
def company(db: None) -> None:
    make_organisation()
    make_objective("MARGIN")
    for code, name, tags in (
        ("ON-TIME", "On-time delivery", "OTD logistics"),
        ("TIME", "Time to market", ""),
        ("DELAY", "Late deliveries", ""),
        ("AERZTE", "Ärzte je Station", ""),
    ):
        kpi = make_kpi(code)
        KPI.objects.filter(pk=kpi.pk).update(name=name, tags=tags)
    make_department("SALES")


def found(query: str) -> list[str]:
    return [place.code or place.name for place in search(query, []).places]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("time", ["TIME", "ON-TIME"]),
        ("TIME", ["TIME", "ON-TIME"]),
        ("deliv", ["DELAY", "ON-TIME"]),
        ("on time", ["ON-TIME"]),
        ("on-time", ["ON-TIME"]),
        ("otd", ["ON-TIME"]),
        ("del on", ["ON-TIME"]),
        ("ärz", ["AERZTE"]),
        ("objective", ["MARGIN"]),
        ("sales", ["SALES"]),
        ("ime", []),
        ("  ", []),
    ],
)
def test_each_word_begins_a_word_of_what_is_found(query: str, codes: list[str]) -> None:
    assert found(query) == codes


def test_what_is_found_is_about_the_same_period_entity_and_comparison(client: Client) -> None:
    make_entity("PLANT")
    client.force_login(make_person("viewer@example.com", "viewer"))
    about = {"period": "2026-Q1", "entity": "PLANT", "compare": "last-year"}
    kept = "?period=2026-Q1&amp;entity=PLANT&amp;compare=last-year"

    page = client.get("/search/", {"q": "time", **about}).content.decode()
    entities = client.get("/search/", {"q": "group", **about}).content.decode()
    places = client.get("/search/", {"q": "depart", **about}).content.decode()
    before = client.get("/enterprise/", about).content.decode()

    assert f'href="/kpis/ON-TIME/{kept}"' in page
    assert 'name="period" value="2026-Q1"' in page
    assert 'href="/enterprise/?period=2026-Q1&amp;entity=GROUP&amp;compare=last-year"' in entities
    assert f'href="/departments/{kept}"' in places
    assert f'href="/search/{kept}"' in before
    assert 'href="/kpis/ON-TIME/"' in client.get("/search/", {"q": "time"}).content.decode()


def test_what_is_archived_is_not_found() -> None:
    Node.objects.filter(code="TIME").update(archived_at=timezone.now())

    assert found("time") == ["ON-TIME"]


def test_entities_are_found_once_there_are_several() -> None:
    before = found("group")
    make_entity("PLANT")

    assert (before, found("plant"), found("group")) == ([], ["PLANT"], ["GROUP"])


def test_pages_are_found_beside_the_rest() -> None:
    results = search("time", [Place("Page", "Time sheets", "/")])

    assert [place.kind for place in results.places] == ["KPI", "Page", "KPI"]


def test_very_many_are_cut_and_counted() -> None:
    pages = [Place("Page", f"Sheet {number}", "/") for number in range(70)]

    results = search("sheet", pages)

    assert (len(results.places), results.more_count) == (MOST_SHOWN, 20)


def test_a_search_asks_three_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(3):
        search("time", [])


@pytest.mark.parametrize("query", ["<script>", "\u202e", "a" * 10_000, "%", "'"])
def test_nothing_typed_makes_it_fail(client: Client, query: str) -> None:
    client.force_login(make_person("viewer@example.com", "viewer"))

    answer = client.get("/search/", {"q": query})

    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


def test_the_page_finds_pages_of_ones_own_and_no_others(client: Client) -> None:
    client.force_login(make_person("viewer@example.com", "viewer"))

    own, foreign = (
        client.get("/search/", {"q": words}).content.decode() for words in ("enterprise", "people")
    )

    assert 'href="/enterprise/"' in own
    assert "Nothing here begins with “people”" in foreign


def test_a_head_finds_the_sheet_that_is_due(client: Client) -> None:
    head = make_person("head@example.com", "department_head", department="OPS")
    client.force_login(head)

    page = client.get("/search/", {"q": "enter"}).content.decode()

    assert "/enter/OPS/?period=" in page


def test_a_fragment_holds_the_list_alone(client: Client) -> None:
    client.force_login(make_person("viewer@example.com", "viewer"))

    answer = client.get(
        "/search/?q=time", headers={"HX-Request": "true", "HX-Target": "search-results"}
    )

    assert b"<html" not in answer.content
    assert b"/kpis/ON-TIME/" in answer.content
