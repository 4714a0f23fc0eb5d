"""The pages of periods as finance, an executive and an auditor meet them in the browser."""

import re

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboards.selectors.closings import next_to_close
from kpis.models import KPI, PeriodState, Reopening
from organisation.models import AuditEntry, Entity, Membership, Organisation, User
from tests.factories import (
    aim,
    figure,
    link,
    make_entity,
    make_kpi,
    make_objective,
    make_organisation,
    make_person,
    period,
    record,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stock")]
QUARTER = "2026-Q1"
PAGE = f"/periods/{QUARTER}/"


@pytest.fixture
def stock() -> KPI:
    make_organisation()
    make_entity("PLANT")
    make_entity("SHOP", parent="PLANT")
    kpi = make_kpi("STOCK", entities=("GROUP", "PLANT", "SHOP"))
    link(make_objective("GOAL"), kpi.node)
    aim(kpi, QUARTER, target="10", baseline="0")
    make_person("head@example.com", "department_head", department="OPS")
    return kpi


@pytest.fixture
def fin(stock: KPI, client: Client) -> User:
    person = make_person("fin@example.com", "finance_admin")
    client.force_login(person)
    return person


def all_in(kpi: KPI) -> None:
    record(*(figure(kpi, QUARTER, "8", entity=code) for code in ("GROUP", "PLANT", "SHOP")))


def text(client: Client, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def words(content: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", content).split())


def send(client: Client, action: str, address: str = PAGE, **fields: object) -> str:
    response = client.post(address, {"action": action, **fields}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def states(state: str) -> set[str]:
    rows = PeriodState.objects.filter(state=state, period__label=QUARTER)
    return set(rows.values_list("entity__code", flat=True))


def sign_in(client: Client, role: str, **scope: str) -> User:
    person = make_person(f"{role}@example.com", role, **scope)
    client.force_login(person)
    return person


def test_the_page_says_what_misses_who_owes_it_and_where(
    stock: KPI, fin: User, client: Client
) -> None:
    record(figure(stock, QUARTER, "8"), figure(stock, QUARTER, "8", entity="PLANT"))
    record(figure(stock, QUARTER, "9", status="submitted"))

    content = text(client)

    assert "<h1>Q1 FY26: 2 gaps before it can be closed</h1>" in content
    told = words(content)
    assert "KPI STOCK Group Q1 FY26 Submitted, not approved Head Department OPS Review" in told
    assert "KPI STOCK Shop Q1 FY26 No figure yet Head Department OPS Sheet" in told
    shop = Entity.objects.get(code="SHOP")
    assert f'href="/enter/OPS/?period=2026-Q1#cell-{stock.pk}-{shop.pk}"' in content
    assert "/review/?period=2026-Q1&amp;department=OPS&amp;entity=GROUP" in content


def test_the_close_names_what_it_freezes(stock: KPI, fin: User, client: Client) -> None:
    all_in(stock)

    content = words(text(client))

    assert "Q1 FY26 can be closed: every figure is in and approved" in content
    assert "Jan 2026, Feb 2026, Mar 2026, Q1 FY26 for 3 entities, members first" in content
    assert "with the 3 figures they rest on" in content
    assert "cascade v1 with its weights" in content


def test_finance_closes_for_all(stock: KPI, fin: User, client: Client) -> None:
    all_in(stock)

    content = send(client, "close")

    assert states("closed") == {"GROUP", "PLANT", "SHOP"}
    assert "Closed for all entities: 12 snapshots." in content
    assert "<h1>Q1 FY26 is closed</h1>" in content
    assert re.search(r"Shop Closed Fin, \d+ \w+ \d{4} \d\d:\d\d 1", words(content))
    for address in ("?period=2026-Q1", "?period=2026-Q1&amp;entity=SHOP"):
        assert f'href="/enterprise/{address}">1<span' in content
    entry = AuditEntry.objects.filter(action="close_period")[0]
    assert (entry.actor, entry.path) == (fin, "form")


def test_a_group_waits_for_its_members(stock: KPI, fin: User, client: Client) -> None:
    all_in(stock)

    content = text(client, f"{PAGE}?entity=PLANT")

    assert "Plant closes after its members; still open: Shop" in words(content)
    assert "<h1>Q1 FY26 stays open for Plant until its members are closed</h1>" in content
    assert 'value="close"' not in content
    assert "closes after its members" in send(client, "close", f"{PAGE}?entity=PLANT")
    send(client, "close", f"{PAGE}?entity=SHOP")
    assert states("closed") == {"SHOP"}


def test_a_close_with_gaps_asks_for_a_reason_beside_its_field(
    stock: KPI, fin: User, client: Client
) -> None:
    record(figure(stock, QUARTER, "8"))

    content = send(client, "close", reason=" ")

    assert "<title>Error: Q1 FY26" in content
    assert 'href="#close-reason"' in content
    assert 'id="close-problem"' in content
    assert states("closed") == set()
    send(client, "close", reason="The plant burned down")
    assert states("closed") == {"GROUP", "PLANT", "SHOP"}
    assert "Fin" in words(text(client))
    assert "The plant burned down" in text(client)


def test_finance_puts_a_period_in_review_and_back(stock: KPI, fin: User, client: Client) -> None:
    assert "In review for all entities" in send(client, "review")
    assert states("in_review") == {"GROUP", "PLANT", "SHOP"}

    assert "Open again for Shop" in send(client, "open", f"{PAGE}?entity=SHOP")
    assert states("in_review") == {"GROUP", "PLANT"}


def test_a_closed_period_opens_with_a_second_person(stock: KPI, fin: User, client: Client) -> None:
    all_in(stock)
    send(client, "close")

    content = send(client, "ask", f"{PAGE}?entity=SHOP", reason="A late invoice")

    assert "It stays closed until a second person confirms" in content
    assert "Q1 FY26, Shop: A late invoice" in content
    assert 'value="confirm"' not in content
    key = Reopening.objects.get().pk
    assert "a second person must confirm" in send(client, "confirm", request=key)
    assert states("closed") == {"GROUP", "PLANT", "SHOP"}
    sign_in(client, "executive")
    assert 'value="confirm"' in text(client, "/periods/")
    send(client, "confirm", request=key)
    assert states("open") == {"GROUP", "PLANT", "SHOP"}


def test_both_people_of_a_reopening_stay_on_the_page(stock: KPI, fin: User, client: Client) -> None:
    Organisation.objects.update(timezone="Europe/Vienna")
    with time_machine.travel("2026-04-08T12:00:00Z", tick=False):
        all_in(stock)
        send(client, "close")
    with time_machine.travel("2026-04-08T12:02:00Z", tick=False):
        send(client, "ask", f"{PAGE}?entity=SHOP", reason="A late invoice")
    boss = Client()
    sign_in(boss, "executive")
    with time_machine.travel("2026-04-08T12:10:00Z", tick=False):
        send(boss, "confirm", request=Reopening.objects.get().pk)

    reopened = words(text(client))
    send(client, "close")
    closed_again = words(text(client, f"{PAGE}?entity=PLANT"))

    assert "Plant Open Fin asked, Executive confirmed, 8 Apr 2026 14:10: A late invoice" in reopened
    whom = "GROUP, PLANT, SHOP".title()
    asked = "asked by Fin, 8 Apr 2026 14:02 · confirmed by Executive, 8 Apr 2026 14:10"
    assert f"{whom}: A late invoice {asked}" in reopened
    assert asked in closed_again


def test_a_request_is_withdrawn(stock: KPI, fin: User, client: Client) -> None:
    all_in(stock)
    send(client, "close")
    send(client, "ask", reason="A late invoice")

    content = send(client, "withdraw", request=Reopening.objects.earliest("pk").pk)

    assert "Withdrawn: the period stays closed." in content
    assert not Reopening.objects.filter(settled_at=None).exists()
    assert "Ask to reopen" in content


def test_asking_without_a_reason_says_so(stock: KPI, fin: User, client: Client) -> None:
    all_in(stock)
    send(client, "close")

    content = send(client, "ask", reason="")

    assert 'href="#ask-reason"' in content
    assert not Reopening.objects.exists()


@pytest.mark.parametrize("role", ["executive", "auditor", "system_admin"])
def test_others_read_without_a_button(stock: KPI, client: Client, role: str) -> None:
    all_in(stock)
    sign_in(client, role)

    content = text(client)

    assert "Q1 FY26 can be closed" in content
    assert 'name="action"' not in content
    answers = {name: client.post(PAGE, {"action": name}).status_code for name in ("close", "ask")}
    assert answers == {"close": 403, "ask": 403}
    assert states("closed") == set()


def test_finance_of_one_entity_closes_that_one_alone(stock: KPI, client: Client) -> None:
    all_in(stock)
    sign_in(client, "finance_admin", entity="SHOP")

    assert 'value="close"' not in text(client)
    assert client.post(PAGE, {"action": "close"}).status_code == 403
    assert client.post(f"{PAGE}?entity=PLANT", {"action": "close"}).status_code == 403
    send(client, "close", f"{PAGE}?entity=SHOP")
    assert states("closed") == {"SHOP"}


def test_finance_of_one_department_closes_nothing(stock: KPI, client: Client) -> None:
    all_in(stock)
    sign_in(client, "finance_admin", department="OPS")

    assert 'name="action"' not in text(client)
    assert client.post(PAGE, {"action": "close"}).status_code == 403


def test_a_system_admin_confirms_only_if_nobody_else_can(
    stock: KPI, fin: User, client: Client
) -> None:
    all_in(stock)
    send(client, "close")
    send(client, "ask", reason="A late invoice")
    key = Reopening.objects.earliest("pk").pk
    boss = make_person("boss@example.com", "executive")
    sign_in(client, "system_admin")

    assert client.post(PAGE, {"action": "confirm", "request": key}).status_code == 403
    Membership.objects.filter(user=boss).delete()
    send(client, "confirm", request=key)
    assert states("closed") == set()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 400),
        ({"action": "burn"}, 400),
        ({"action": "confirm", "request": "x"}, 404),
        ({"action": "confirm", "request": "987654"}, 404),
    ],
)
def test_what_is_not_there_cannot_be_done(
    fin: User, client: Client, sent: dict[str, str], status: int
) -> None:
    assert client.post(PAGE, sent).status_code == status


@pytest.mark.parametrize("address", ["/periods/2026-Q9/", f"{PAGE}?entity=NOPE"])
def test_what_is_not_there_looks_absent(fin: User, client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_the_list_names_the_next_period_and_how_all_stand(
    stock: KPI, fin: User, client: Client
) -> None:
    all_in(stock)
    with time_machine.travel("2026-04-10", tick=False):
        before = text(client, "/periods/")
        assert next_to_close(period("2026-Q2").start_on) == period(QUARTER)
        send(client, "close", f"{PAGE}?entity=SHOP")
        partly = words(text(client, "/periods/"))
        send(client, "close")
        after = text(client, "/periods/")

    assert "<h1>Q1 FY26 is next to be closed</h1>" in before
    assert "Q1 FY26 Quarter 1 closed, 2 open next" in partly
    assert "<h1>No period waits to be closed</h1>" in after
    assert "Q1 FY26 Quarter Closed" in words(after)


def test_the_list_says_why_it_is_empty(fin: User, client: Client) -> None:
    assert "No period has figures yet" in text(client, "/periods/")


def test_a_figure_of_a_draft_is_never_shown(stock: KPI, client: Client) -> None:
    record(figure(stock, QUARTER, "987654", status="draft", comment="Canary"))
    sign_in(client, "executive")

    content = text(client) + text(client, "/periods/")

    assert "Only a draft" in content
    assert "987654" not in content.replace(",", "")
    assert "Canary" not in content


def test_the_queries_do_not_depend_on_how_many_entities_there_are(
    stock: KPI, fin: User, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        make_entity(f"E{number:02}")
    stock.entities.set(Entity.objects.all())

    with django_assert_max_num_queries(40):
        content = text(client)

    assert "63 gaps" in content
