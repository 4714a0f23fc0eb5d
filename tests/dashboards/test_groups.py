"""A group's figures on pages: each member's part, the rates, what lacks, and who owes it."""

import re
from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from dashboards.services.closing import close_period
from dashboards.services.refresh import refresh_scores
from kpialign.interchange.editing import edit_rows
from kpis.models import Node, NodeDefinition
from organisation.models import Entity
from tests.dashboards.groups import (
    RECEIVABLES,
    REVENUE,
    aim_everywhere,
    enter,
    make_group,
    set_rate,
)
from tests.factories import make_person, period

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    make_group()
    client.force_login(make_person("viewer@example.com", "viewer"))
    return client


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return words(response.content.decode())


def words(page: str) -> str:
    bare = re.sub(r"<(script|noscript|svg|head)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare)).replace("\xa0", " "))


def test_a_ratio_of_a_group_is_worked_out_from_the_sums_of_its_members(reader: Client) -> None:
    enter("RECEIVABLES", **RECEIVABLES)
    enter("REVENUE", **REVENUE)

    assert "30 = 100 / 300 \xd7 90." in text(reader, "/kpis/DSO/?entity=A")
    assert "60 = 400 / 600 \xd7 90." in text(reader, "/kpis/DSO/?entity=B")
    assert "50 = 500 / 900 \xd7 90, from A and B." in text(reader, "/kpis/DSO/")
    assert "500 EUR = 400 + 100, from B and A." in text(reader, "/kpis/RECEIVABLES/")
    page = text(reader, "/kpis/REVENUE/")
    assert "900 EUR = 600 + 300, from B and A." in page
    assert "B 600 EUR 67 % A 300 EUR 33 %" in page
    assert "The sum of the figures of its members." in page
    assert "consolidated, from approved figures" in page


def test_each_member_is_a_link_away_in_the_same_period(reader: Client) -> None:
    enter("REVENUE", **REVENUE)
    enter("REVENUE", label="2026-Q2", **REVENUE)

    now = reader.get("/kpis/REVENUE/").content.decode()
    before = unescape(reader.get("/kpis/REVENUE/?period=2026-Q1").content.decode())

    assert 'href="/kpis/REVENUE/?entity=A"' in now
    assert 'href="/kpis/REVENUE/?period=2026-Q1&entity=A"' in before


def test_money_is_converted_at_the_average_or_the_closing_rate(client: Client) -> None:
    make_group(currency_of_b="USD")
    client.force_login(make_person("viewer@example.com", "viewer"))
    set_rate("USD", "2026-Q1", average="0.9", closing="0.8")
    enter("RECEIVABLES", **RECEIVABLES)
    enter("REVENUE", **REVENUE)

    flow, balance = text(client, "/kpis/REVENUE/"), text(client, "/kpis/RECEIVABLES/")
    ratio = text(client, "/kpis/DSO/")

    assert "840 EUR = 600 USD \xd7 0.9 + 300, from B and A." in flow  # 540 + 300
    assert "each in EUR at the average rate of Q1 FY26" in flow
    assert "B 600 USD 0.9 540 EUR 64 % A 300 EUR 300 EUR 36 %" in flow
    assert "420 EUR = 400 USD \xd7 0.8 + 100, from B and A." in balance  # 320 + 100
    assert "each in EUR at the closing rate of Q1 FY26" in balance
    assert "45 = 420 / 840 \xd7 90, from A and B." in ratio
    assert "600 USD" in text(client, "/kpis/REVENUE/?entity=B")


def test_a_rate_that_is_missing_is_named_and_leads_nowhere_wrong(client: Client) -> None:
    make_group(currency_of_b="USD")
    client.force_login(make_person("viewer@example.com", "viewer"))
    enter("RECEIVABLES", **RECEIVABLES)
    enter("REVENUE", **REVENUE)

    balance = text(client, "/kpis/RECEIVABLES/")

    assert "KPI RECEIVABLES has no figure for Q1 FY26 yet" in balance
    assert "There is no closing rate of USD for Q1 FY26." in balance
    assert "There is no average rate of USD for Q1 FY26." in text(client, "/kpis/REVENUE/")
    both = text(client, "/kpis/DSO/")
    assert "There is no closing rate of USD for Q1 FY26." in both
    assert "There is no average rate of USD for Q1 FY26." in both
    assert "50" not in re.findall(r"KPI DSO (\d+)", both)


def test_a_member_without_a_figure_is_named_with_who_owes_it(reader: Client) -> None:
    make_person("everywhere@example.com", "department_head", department="OPS")
    make_person("anna@example.com", "department_head", department="OPS", entity="B")
    enter("REVENUE", **REVENUE)
    enter("RECEIVABLES", **RECEIVABLES)
    enter("REVENUE", label="2026-Q2", A="310")
    enter("RECEIVABLES", label="2026-Q2", **RECEIVABLES)

    missing = text(reader, "/kpis/REVENUE/?period=2026-Q2")
    calculated = text(reader, "/kpis/DSO/?period=2026-Q2")

    assert "B has no KPI REVENUE for Q2 FY26; Anna owes it." in missing
    assert "B has no KPI REVENUE for Q2 FY26; Anna owes it." in calculated
    assert "Missing at B" in calculated
    assert "B \N{EN DASH} no figure" in missing
    page = unescape(reader.get("/kpis/DSO/?period=2026-Q2").content.decode())
    assert 'href="/kpis/REVENUE/?entity=B"' in page


def test_an_archived_input_still_feeds_a_formula_and_is_named_where_it_lacks(
    reader: Client,
) -> None:
    enter("REVENUE", **REVENUE)
    enter("RECEIVABLES", **RECEIVABLES)
    Node.objects.filter(code="RECEIVABLES").update(archived_at=timezone.now())
    enter("REVENUE", label="2026-Q2", **REVENUE)

    there = text(reader, "/kpis/DSO/?period=2026-Q1")
    lacking = text(reader, "/kpis/DSO/?period=2026-Q2")

    assert "50 days" in there
    assert "50 = " not in there, "without the archived figure the sum does not add up"
    assert "A and B have no RECEIVABLES for Q2 FY26; it is archived." in lacking


def test_a_member_that_is_not_active_or_does_not_report_is_said_not_to_count(
    reader: Client,
) -> None:
    Entity.objects.filter(code="B").update(active_to=date(2026, 3, 1))
    enter("REVENUE", **REVENUE)
    enter("REVENUE", label="2026-Q2", A="310")

    page = text(reader, "/kpis/REVENUE/?period=2026-Q2")

    assert "310 EUR = 310, from A." in page
    assert "Not counted: B is not active in Q2 FY26." in page


def test_a_longer_period_is_told_period_by_period_and_adds_up(reader: Client) -> None:
    enter("REVENUE", **REVENUE)
    enter("REVENUE", label="2026-Q2", A="310", B="590")

    page = text(reader, "/kpis/REVENUE/?period=2026")

    assert "1,800 EUR = 1,190 + 610, from B and A." in page
    assert "Q1 FY26 900 EUR" in page
    assert "worked out period by period, time second" in page
    held = text(reader, "/kpis/RECEIVABLES/?period=2026")
    assert "From its members" not in held  # nothing is entered there


def test_a_mean_of_one_member_is_its_figure(reader: Client) -> None:
    NodeDefinition.objects.filter(node__code="REVENUE").update(entity_rollup="average")
    enter("REVENUE", A="300")

    assert "300 EUR = 300, from A." in text(reader, "/kpis/REVENUE/")


def test_a_mean_of_members_is_written_as_one(reader: Client) -> None:
    NodeDefinition.objects.filter(node__code="REVENUE").update(entity_rollup="average")
    enter("REVENUE", **REVENUE)

    page = text(reader, "/kpis/REVENUE/")

    assert "450 EUR = (600 + 300) / 2, from B and A." in page
    assert "The mean of the figures of its members." in page


def test_an_entity_that_is_not_active_says_so_calmly(reader: Client) -> None:
    Entity.objects.filter(code="B").update(active_to=date(2026, 3, 1))
    enter("REVENUE", **REVENUE)
    enter("RECEIVABLES", **RECEIVABLES)
    enter("REVENUE", label="2026-Q2", A="310")
    refresh_scores(path="task", full=True)

    page = text(reader, "/kpis/REVENUE/?entity=B&period=2026-Q2")

    assert (
        "KPI REVENUE has no figure: B is not active in Q2 FY26: it reports until Mar 2026" in page
    )
    assert "enters it" not in page
    for path in ("/enterprise/", "/departments/", "/departments/OPS/", "/objectives/CASH/"):
        there = text(reader, f"{path}?entity=B&period=2026-Q2")
        assert "B is not active in Q2 FY26: it reports until Mar 2026" in there
        assert " late" not in there
        assert "missing for Q2" not in there


def test_a_target_that_members_make_is_said_to_be_theirs(reader: Client) -> None:
    aim_everywhere("REVENUE", A="350", B="550")
    enter("REVENUE", **REVENUE)

    page = text(reader, "/kpis/REVENUE/")

    assert "KPI REVENUE is exactly on target at 900 EUR" in page
    assert "target summed over its members" in page
    assert "target summed" not in text(reader, "/kpis/REVENUE/?entity=A")


def test_a_closed_group_is_told_as_it_stood_whatever_is_edited_later(reader: Client) -> None:
    enter("REVENUE", **REVENUE)
    enter("RECEIVABLES", **RECEIVABLES)
    close_period(period=period("2026-Q1"), entity=None, by=None, path="command", why="As it is")
    edit_rows(
        rows={"kpis": [{"code": "REVENUE", "entity_rollup": "average"}]}, by=None, path="command"
    )
    enter("REVENUE", label="2026-Q2", **REVENUE)

    closed = text(reader, "/kpis/REVENUE/?period=2026-Q1")
    ratio = text(reader, "/kpis/DSO/?period=2026-Q1")

    assert "900 EUR = 600 + 300, from B and A." in closed
    assert "50 = 500 / 900 \xd7 90, from A and B." in ratio
    assert "450 EUR = (600 + 300) / 2, from B and A." in text(
        reader, "/kpis/REVENUE/?period=2026-Q2"
    )
    compared = text(reader, "/entities/?node=REVENUE&period=2026-Q1")
    assert "KPI REVENUE, Group 900 EUR: 2 members have a figure" in compared
