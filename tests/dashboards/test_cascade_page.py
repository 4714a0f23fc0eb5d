"""The page of the cascade shows what leans on what, hides nothing, and offers only what one may."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboards.services.refresh import refresh_scores
from kpis.models import Node
from tests.dashboards.strategy import Strategy, make_strategy
from tests.dashboards.test_pages import text, words
from tests.factories import aim, link, make_kpi, make_objective, make_organisation, make_person

pytestmark = pytest.mark.django_db
MOST_QUERIES = 40


@pytest.fixture
def strategy() -> Strategy:
    return make_strategy()


@pytest.fixture
def reader(strategy: Strategy, client: Client) -> Client:
    client.force_login(make_person("viewer@example.com", "viewer"))
    return client


@pytest.fixture
def admin(strategy: Strategy) -> Client:
    client = Client()
    client.force_login(make_person("admin@example.com", "finance_admin"))
    return client


def rows(client: Client, query: str = "") -> dict[str, str]:
    """Return what each row of the tree says, by the codes from the top down to it."""
    page = client.get(f"/cascade/{query}").content.decode()
    found = re.findall(r'<tr [^>]*data-key="([^"]*)".*?</tr>', page, re.DOTALL)
    parts = re.split(r'<tr [^>]*data-key="[^"]*"', page)[1:]
    told = [words("<tr" + part[: part.index("</tr>")]).strip() for part in parts]
    return dict(zip(found, told, strict=True))


def test_the_tree_opens_its_upper_levels(reader: Client) -> None:
    found = rows(reader)

    assert list(found) == [
        "VALUE",
        "VALUE/CASH",
        "VALUE/CASH/CYCLE",
        "VALUE/CASH/COVER",
        "VALUE/GROWTH",
        "VALUE/GROWTH/ORDERS",
        "~inputs",
    ]


def test_a_row_tells_weight_share_score_coverage_and_department(reader: Client) -> None:
    found = rows(reader)

    assert "75 % 75 % 40.0 Off track 75 % covered" in found["VALUE/CASH"]
    assert "75 % 56 % 40.0 Off track Department OPS" in found["VALUE/CASH/CYCLE"]
    assert "25 % 19 % \u2013 Not enough data" in found["VALUE/CASH/COVER"]


def test_the_address_says_what_is_open(reader: Client) -> None:
    closed = rows(reader, "?open=~")
    opened = rows(reader, "?open=VALUE,CASH,CYCLE")
    everything = rows(reader, "?open=*,GROWTH")

    assert list(closed) == ["VALUE", "~inputs"]
    assert "VALUE/CASH/CYCLE/STOCK" in opened
    assert "VALUE/GROWTH/ORDERS" not in opened
    assert "VALUE/CASH/CYCLE/PAYABLES" in everything
    assert "VALUE/GROWTH/ORDERS" not in everything


def test_a_link_opens_a_branch_without_scripts(reader: Client) -> None:
    page = reader.get("/cascade/?open=VALUE&period=2026-Q1").content.decode()

    row = page[page.index('data-key="VALUE/CASH"') :]
    found = re.search(r'href="([^"]*)"[^>]*aria-expanded="false"', row)
    assert found
    again = rows(reader, found[1].removeprefix("/cascade/").replace("&amp;", "&"))

    assert "VALUE/CASH/CYCLE" in again


def test_an_input_stands_beneath_the_formula_that_uses_it_and_in_a_group(reader: Client) -> None:
    found = rows(reader, "?open=*")

    assert "in its formula" in found["VALUE/CASH/CYCLE/PAYABLES"]
    assert "KPI PAYABLES" in found["~inputs/PAYABLES"]
    assert "~inputs/STOCK" not in found  # it has a place: a driver of the cycle


def test_a_shared_child_stands_under_each_parent(strategy: Strategy, reader: Client) -> None:
    link(strategy.growth, strategy.cycle.node, "1")
    refresh_scores(path="task", full=True)

    found = rows(reader)
    shares = [
        re.search(r"(\d+) % (\d+) %", found[key])
        for key in ("VALUE/CASH/CYCLE", "VALUE/GROWTH/CYCLE")
    ]

    assert all("in 2 places" in found[key] for key in ("VALUE/CASH/CYCLE", "VALUE/GROWTH/CYCLE"))
    assert [found and found[2] for found in shares] == ["56", "13"]
    assert "69 % of the strategy, in 2 places" in text(reader, "/cascade/?node=CYCLE")


def test_what_is_believed_to_drive_stands_apart_from_the_sum(
    strategy: Strategy, reader: Client
) -> None:
    one = link(strategy.cycle.node, strategy.orders.node, kind="drives")
    one.lag, one.rationale = 2, "Orders fill the shelves."
    one.save(update_fields=["lag", "rationale"])

    found = rows(reader, "?open=*")
    panel = text(reader, "/cascade/?node=CYCLE")

    assert "believed to drive it, 2 quarters later" in found["VALUE/CASH/CYCLE/ORDERS"]
    assert "Believed to drive it KPI ORDERS 2 quarters later Orders fill the shelves." in panel


def test_a_kpi_that_serves_nothing_is_not_hidden(strategy: Strategy, reader: Client) -> None:
    aim(make_kpi("LOOSE"), baseline="0", target="10")

    found = rows(reader, "?open=~unlinked")

    assert "KPI LOOSE" in found["~unlinked/LOOSE"]


def test_a_closed_branch_sums_the_findings_inside_it(strategy: Strategy, reader: Client) -> None:
    closed, opened = rows(reader, "?open=~"), rows(reader, "?open=VALUE,CASH,CYCLE")

    assert "inside" in closed["VALUE"]
    assert "finding" not in opened["VALUE"]


def test_a_chosen_node_shows_its_findings_with_what_mends_them(
    strategy: Strategy, reader: Client, admin: Client
) -> None:
    make_kpi("AIMLESS")

    for client, offered in ((reader, False), (admin, True)):
        page = text(client, "/cascade/?node=AIMLESS")

        assert "No target The KPI has no target and is not scored." in page
        assert "Set a target, or archive the KPI." in page
        assert ("Edit or archive" in page) == offered


def test_edits_are_offered_to_whoever_may_make_them(reader: Client, admin: Client) -> None:
    for path in ("/cascade/", "/cascade/?node=CYCLE", "/cascade/?archived=1"):
        assert "/shape/" not in reader.get(path).content.decode()
    assert "Drivers and weights" in text(admin, "/cascade/?node=CYCLE")
    assert "New objective" in text(admin, "/cascade/")


def test_what_is_archived_shows_to_a_finance_admin_who_asks(
    strategy: Strategy, reader: Client, admin: Client
) -> None:
    Node.objects.filter(code="ORDERS").update(archived_at=timezone.now())

    assert "ORDERS" not in text(admin, "/cascade/?open=*")
    assert "KPI ORDERS" in text(admin, "/cascade/?archived=1")
    assert "KPI ORDERS" not in text(reader, "/cascade/?archived=1")


def test_find_opens_the_branches_of_what_it_finds(reader: Client) -> None:
    page = text(reader, "/cascade/?find=stock")

    assert "1 node with “stock” in the name or code." in page
    assert "VALUE/CASH/CYCLE/STOCK" in rows(reader, "?find=stock")
    assert "0 nodes with “zebra”" in text(reader, "/cascade/?find=zebra")


def test_a_change_of_period_keeps_what_is_open_and_chosen(reader: Client) -> None:
    page = reader.get("/cascade/?open=VALUE&node=CASH").content.decode()

    bar = page[page.index('aria-label="What the page is about"') :]
    bar = bar[: bar.index("</form>")]
    assert '<input type="hidden" name="open" value="VALUE">' in bar
    assert '<input type="hidden" name="node" value="CASH">' in bar


def test_a_cascade_without_links_shows_its_kpis(client: Client) -> None:
    make_organisation()
    make_kpi("ALONE")
    make_objective("GOAL")
    client.force_login(make_person("viewer@example.com", "viewer"))

    assert list(rows(client)) == ["GOAL", "~unlinked"]


def test_the_page_asks_as_little_of_the_database_for_many_nodes(
    strategy: Strategy, admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        admin.get("/cascade/?node=CASH&open=*")
    for number in range(30):
        link(strategy.growth, make_kpi(f"MORE-{number}").node)

    with django_assert_max_num_queries(MOST_QUERIES):
        admin.get("/cascade/?node=CASH&open=*")
