"""What waits on Home beside sheets, and what an entry sheet says of returned and closed figures."""

import re

import pytest
import time_machine
from django.test import Client

from dashboards.services.closing import close_period
from kpis.models import KPI, ActualRevision
from kpis.services.reopening import ask_reopening
from kpis.services.review_state import begin_review
from kpis.services.reviews import approve_figures, return_figures
from organisation.models import User
from tests.factories import (
    aim,
    cell,
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

pytestmark = pytest.mark.django_db
QUARTER = "2026-Q1"
SHEET = f"/enter/OPS/?period={QUARTER}"
REASON = "In thousands, by mistake"


@pytest.fixture
def stock() -> KPI:
    make_organisation()
    make_entity("PLANT")
    kpi = make_kpi("STOCK", entities=("PLANT",))
    link(make_objective("GOAL"), kpi.node)
    aim(kpi, QUARTER, entity="PLANT", target="10", baseline="0")
    return kpi


@pytest.fixture
def head(stock: KPI) -> User:
    return make_person("head@example.com", "department_head", department="OPS")


@pytest.fixture
def fin(stock: KPI) -> User:
    return make_person("fin@example.com", "finance_admin")


@pytest.fixture
def submitted(stock: KPI, head: User) -> ActualRevision:
    record(figure(stock, QUARTER, "8", entity="PLANT", status="submitted"), by=head)
    counted = cell(stock, QUARTER, entity="PLANT").counted
    assert counted is not None
    return counted


def send_back(revision: ActualRevision, by: User) -> None:
    return_figures(revisions=[revision.pk], by=by, path="form", reason=REASON)


def approve(revision: ActualRevision, by: User) -> None:
    approve_figures(revisions=[revision.pk], by=by, path="form")


def close(by: User) -> None:
    close_period(period=period(QUARTER), entity=None, by=by, path="form")


def seen(client: Client, person: User, address: str = "/") -> str:
    client.force_login(person)
    with time_machine.travel("2026-04-10T12:00:00Z", tick=False):
        return client.get(address).content.decode()


def words(content: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", content).split())


def test_a_returned_figure_waits_first_with_its_reason_and_its_place(
    stock: KPI, head: User, fin: User, submitted: ActualRevision, client: Client
) -> None:
    record(figure(make_kpi("OLD"), QUARTER, "1"))
    send_back(submitted, fin)

    content = seen(client, head)

    told = "Returned: KPI STOCK, Plant, Q1 FY26"
    assert f"<h1>{told}</h1>" in content
    assert re.findall("<strong>(.*?)</strong>", content, re.DOTALL)[0].count(told) == 1
    assert f"{REASON} (Fin, " in content
    place = f"/enter/OPS/?period=2026-Q1#cell-{stock.pk}-{submitted.actual.entity_id}"
    assert f'href="{place}"' in content


def test_a_figure_submitted_anew_waits_no_more(
    stock: KPI, head: User, fin: User, submitted: ActualRevision, client: Client
) -> None:
    send_back(submitted, fin)
    record(figure(stock, QUARTER, "9", entity="PLANT", status="submitted"), by=head)

    assert "Returned" not in seen(client, head)
    assert "Returned" not in seen(client, head, SHEET)


def test_nobody_else_reads_why_a_figure_was_returned(
    head: User, fin: User, submitted: ActualRevision, client: Client
) -> None:
    record(figure(make_kpi("OLD", department="SALES"), QUARTER, "1"))
    send_back(submitted, fin)
    others = [
        make_person("sales@example.com", "department_head", department="SALES"),
        make_person("boss@example.com", "executive"),
        make_person("view@example.com", "viewer"),
        make_person("group@example.com", "department_head", department="SALES", entity="PLANT"),
    ]

    for person in others:
        for address in (
            "/",
            "/kpis/STOCK/?period=2026-Q1&entity=PLANT",
            SHEET,
            "/departments/OPS/",
        ):
            content = seen(client, person, address)
            assert REASON not in content
            assert "Returned: " not in content


def test_the_sheet_says_beside_the_figure_who_returned_it_and_why(
    head: User, fin: User, submitted: ActualRevision, client: Client
) -> None:
    send_back(submitted, fin)

    content = words(seen(client, head, SHEET))

    assert "Department OPS: 1 figure returned for Q1 FY26" in content
    assert re.search(rf"Returned by Fin, \d+ \w+ \d{{4}} \d\d:\d\d: {REASON}", content)


def test_what_counted_before_stands_beside_a_returned_figure(
    stock: KPI, head: User, fin: User, submitted: ActualRevision, client: Client
) -> None:
    approve(submitted, fin)
    record(figure(stock, QUARTER, "7", entity="PLANT", status="submitted"), by=head)
    later = cell(stock, QUARTER, entity="PLANT").counted
    assert later is not None
    send_back(later, fin)

    content = words(seen(client, head, SHEET))
    assert "Returned 8 counts" in content
    assert REASON in content


def test_finance_finds_what_to_review_and_the_gaps_before_the_close(
    fin: User, submitted: ActualRevision, client: Client
) -> None:
    content = words(seen(client, fin))

    assert "1 figure to review" in content
    assert "Q1 FY26: 1 gap before its close" in content
    assert "Review 1 waiting" in content


def test_finance_finds_that_a_period_can_be_closed(
    fin: User, submitted: ActualRevision, client: Client
) -> None:
    approve(submitted, fin)

    content = words(seen(client, fin))

    assert "Q1 FY26 can be closed" in content
    assert "to review" not in content


def test_a_second_person_finds_the_reopening_and_who_asked_does_not(
    fin: User, submitted: ActualRevision, client: Client
) -> None:
    boss = make_person("boss@example.com", "executive")
    approve(submitted, fin)
    close(fin)
    ask_reopening(period=period(QUARTER), entity=None, by=fin, reason="Late", path="form")

    told = "Reopening of Q1 FY26 waits for your confirmation"

    assert told in words(seen(client, boss))
    assert told not in words(seen(client, fin))


def test_a_closed_sheet_is_read_only_and_says_who_closed_it(
    head: User, fin: User, submitted: ActualRevision, client: Client
) -> None:
    approve(submitted, fin)
    close(fin)

    content = seen(client, head, SHEET)

    assert re.search(r"Q1 FY26 is closed: Fin, .*? Ask Fin to reopen it\.", words(content))
    assert "<input" not in content.split("data-entry")[1].split("</form>")[0].replace(
        '<input type="hidden" name="csrfmiddlewaretoken"', ""
    )
    assert 'href="/periods/2026-Q1/"' not in content
    assert 'href="/periods/2026-Q1/"' in seen(client, fin, SHEET)


@pytest.mark.parametrize("state", ["closed", "in review"])
def test_what_takes_no_figures_any_more_is_not_asked_for(
    stock: KPI, head: User, fin: User, client: Client, state: str
) -> None:
    other = make_kpi("OTHER", entities=("PLANT",))
    record(figure(stock, QUARTER, "8", entity="PLANT"))
    client.force_login(head)
    with time_machine.travel("2026-05-01"):
        assert "1 of 2 figures to go for Q1 FY26" in client.get("/").content.decode()
        if state == "closed":
            close_period(period=period(QUARTER), entity=None, by=fin, path="form", why="Lost")
        else:
            begin_review(period=period(QUARTER), entity=None, by=fin, path="form")

        home = words(client.get("/").content.decode())
        sheet = client.get("/enter/", follow=True).content.decode()

    assert "to go for Q1 FY26" not in home
    assert "2 of 2 figures to go for Q2 FY26" in home
    assert other.name in sheet
    assert "2 of 2 figures to go for Q2 FY26" in sheet


def test_a_sheet_in_review_says_whom_to_ask(
    head: User, fin: User, submitted: ActualRevision, client: Client
) -> None:
    begin_review(period=period(QUARTER), entity=None, by=fin, path="form")

    content = words(seen(client, head, SHEET))

    assert re.search(r"Q1 FY26 is in review: Fin, .*? Ask Fin to put it back to open\.", content)
