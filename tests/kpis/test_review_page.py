"""The list of figures to review as finance, a head and an auditor meet it in the browser."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kpis.models import KPI, ActualRevision, PeriodState, Review
from kpis.selectors.reviews import to_review_count
from organisation.models import Entity, User
from tests.factories import (
    aim,
    cell,
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
    return make_kpi("STOCK", unit="money", entities=("GROUP", "PLANT"))


@pytest.fixture
def head(stock: KPI) -> User:
    return make_person("head@example.com", "department_head", department="OPS")


@pytest.fixture
def fin(head: User, client: Client) -> User:
    person = make_person("fin@example.com", "finance_admin")
    client.force_login(person)
    return person


def submitted(
    kpi: KPI,
    value: str,
    by: User | None,
    label: str = QUARTER,
    *,
    entity: str = "GROUP",
    **more: str,
) -> ActualRevision:
    change = figure(kpi, label, value, entity=entity, status="submitted", **more)  # type: ignore[arg-type]
    record(change, by=by)
    counted = cell(kpi, label, entity=entity).counted
    assert counted is not None
    return counted


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/review/{query}")
    assert response.status_code == 200
    return response.content.decode()


def row(content: str, name: str) -> list[str]:
    """Return the words of each cell of the first row that names a KPI."""
    rows = re.findall(r"<tr>.*?</tr>", content, re.DOTALL)
    found = next(one for one in rows if name in one)
    cells = re.findall(r"<t[hd].*?</t[hd]>", found, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in cells]


def statuses() -> set[str]:
    return set(ActualRevision.objects.values_list("status", flat=True))


def test_a_figure_stands_beside_what_it_is_compared_with(
    stock: KPI, head: User, fin: User, client: Client
) -> None:
    aim(stock, "2026", target="2000")
    record(figure(stock, "2026-Q1", "1100"))
    submitted(stock, "1250.5", head, "2026-Q2", comment="A big order")

    cells = row(page(client), "KPI STOCK")

    assert cells[1:7] == [
        "KPI STOCK",
        "1,250.5 EUR",
        "1,100",
        "\u2013",
        "+150.5 +13.7 %",
        "2,000 for FY26",
    ]
    assert cells[7] == "A big order"
    assert cells[8].startswith("Head ")


def test_approving_what_is_ticked_keeps_the_filters(
    stock: KPI, head: User, fin: User, client: Client
) -> None:
    one, other = submitted(stock, "5", head), submitted(stock, "6", head, entity="PLANT")

    response = client.post(
        "/review/?period=2026-Q1", {"figure": [one.pk], "approve": "ticked"}, follow=True
    )

    assert response.redirect_chain == [("/review/?period=2026-Q1", 302)]
    assert "1 figure approved." in response.content.decode()
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.status, other.status) == ("approved", "submitted")


def test_all_of_the_page_are_approved_without_a_tick_and_without_a_script(
    stock: KPI, head: User, fin: User, client: Client
) -> None:
    submitted(stock, "5", head)
    submitted(stock, "6", head, entity="PLANT")
    shown = re.findall(r'name="shown" value="(\d+)"', page(client))

    client.post("/review/", {"shown": shown, "approve": "all"})

    assert statuses() == {"approved"}


def test_the_unremarkable_are_approved_apart(
    stock: KPI, head: User, fin: User, client: Client
) -> None:
    orders = make_kpi("ORDERS", frequency="monthly")
    record(*(figure(orders, f"2026-0{month}", "10") for month in (1, 2, 3)))
    usual = submitted(stock, "5", head)
    strange = submitted(orders, "500", head, "2026-04")
    content = page(client)
    plain = re.findall(r'name="unremarkable" value="(\d+)"', content)

    client.post("/review/", {"unremarkable": plain, "approve": "unremarkable"})

    usual.refresh_from_db()
    strange.refresh_from_db()
    assert (usual.status, strange.status) == ("approved", "submitted")
    assert "10 times the last figure or more: so far 10 to 10" in content


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("12", ""),
        ("21", "Outside its history: so far 10 to 20"),
        ("-3", "Other sign than ever: so far 10 to 20"),
        ("200", "10 times the last figure or more: so far 10 to 20"),
        ("1.5", "A tenth of the last figure or less: so far 10 to 20"),
    ],
)
def test_a_figure_outside_its_own_history_is_marked(
    stock: KPI, fin: User, client: Client, value: str, told: str
) -> None:
    orders = make_kpi("ORDERS", frequency="monthly")
    record(*(figure(orders, f"2026-0{month}", f"{10 * month}") for month in (1, 2)))
    record(figure(orders, "2026-03", "20"))
    submitted(orders, value, None, "2026-04")

    assert row(page(client), "KPI ORDERS")[1] == f"KPI ORDERS {told}".strip()


def test_a_returned_figure_leaves_the_list_with_its_reason_on_record(
    stock: KPI, head: User, fin: User, client: Client
) -> None:
    one = submitted(stock, "5", head)

    response = client.post("/review/", {"return": one.pk, "reason": "In thousands?"}, follow=True)

    assert "1 figure returned" in response.content.decode()
    assert "Nothing to review" in response.content.decode()
    assert Review.objects.get().why == "In thousands?"
    assert statuses() == {"draft"}


def test_a_return_without_a_reason_says_so_beside_its_field(
    stock: KPI, head: User, fin: User, client: Client
) -> None:
    one = submitted(stock, "5", head)

    content = client.post("/review/", {"return": one.pk, "reason": " "}).content.decode()

    assert "<title>Error: Review" in content
    assert f'href="#reason-{one.pk}"' in content
    assert f'id="problem-{one.pk}"' in content
    assert '<details class="return" open>' in content
    assert statuses() == {"submitted"}


def test_a_refused_approval_says_why_and_keeps_the_ticks(
    stock: KPI, head: User, fin: User, client: Client
) -> None:
    one, other = submitted(stock, "5", head), submitted(stock, "6", head, entity="PLANT")
    submitted(stock, "7", head)

    sent = {"figure": [one.pk, other.pk], "approve": "ticked"}
    content = client.post("/review/", sent).content.decode()

    assert "was changed meanwhile by Head" in content
    assert f'value="{other.pk}" checked' in content
    assert Review.objects.count() == 0


def test_nothing_ticked_is_told(stock: KPI, head: User, fin: User, client: Client) -> None:
    submitted(stock, "5", head)

    content = client.post("/review/", {"approve": "ticked"}).content.decode()

    assert "No figure was chosen" in content


def test_ones_own_figure_is_shown_and_not_approvable(stock: KPI, fin: User, client: Client) -> None:
    own = submitted(stock, "5", fin)

    content = page(client)

    assert "Your own figure: somebody else reviews it" in content
    assert f'value="{own.pk}"' not in content
    assert to_review_count(fin) == 0
    refused = client.post("/review/", {"figure": [own.pk], "approve": "ticked"}).content.decode()
    assert "you submitted this figure yourself" in refused
    assert statuses() == {"submitted"}


def test_an_auditor_reads_without_a_button(stock: KPI, head: User, client: Client) -> None:
    one = submitted(stock, "5", head)
    client.force_login(make_person("audit@example.com", "auditor"))

    content = page(client)

    assert "1 figure waits for approval" in content
    assert "Approve" not in re.sub(r'<span class="vh">Approve</span>', "", content)
    assert 'name="return"' not in content
    assert client.post("/review/", {"figure": [one.pk]}).status_code == 403


def test_finance_of_one_department_or_entity_sees_its_own_alone(
    stock: KPI, head: User, client: Client
) -> None:
    sales = make_kpi("SALES", department="SALES")
    mine = submitted(stock, "5", head, entity="PLANT")
    submitted(stock, "6", head)
    foreign = submitted(sales, "777", head)
    partner = make_person("part@example.com", "finance_admin", department="OPS", entity="PLANT")
    client.force_login(partner)

    content = page(client)

    assert re.findall(r'name="shown" value="(\d+)"', content) == [str(mine.pk)]
    assert "777" not in content
    assert "Department SALES" not in content
    assert to_review_count(partner) == 1
    assert client.get("/review/?department=SALES").status_code == 404
    absent = client.post("/review/", {"figure": [987654], "approve": "ticked"})
    other = client.post("/review/", {"figure": [foreign.pk], "approve": "ticked"})
    token = rb'(csrfmiddlewaretoken" value=)"\w+"'
    assert other.status_code == 404
    assert re.sub(token, b"", other.content) == re.sub(token, b"", absent.content)
    assert Review.objects.count() == 0


def test_the_list_is_narrowed_to_a_period_a_department_and_an_entity(
    stock: KPI, head: User, fin: User, client: Client
) -> None:
    orders = make_kpi("ORDERS", department="SALES", frequency="monthly")
    submitted(stock, "5", head, "2026-Q2")
    submitted(stock, "5", head, entity="PLANT")
    submitted(orders, "6", head, "2026-02")

    def names(query: str) -> list[str]:
        return re.findall(r"Approve (KPI \w+, \w+, [\w ]+)<", page(client, query))

    both = ["KPI ORDERS, Group, Feb 2026", "KPI STOCK, Plant, Q1 FY26"]
    assert names("?period=2026-Q1") == both
    assert names("?period=2026-02") == both[:1]
    assert names("?department=SALES") == both[:1]
    assert names("?period=2026-Q1&entity=PLANT") == both[1:]


def test_an_empty_list_says_for_what(fin: User, client: Client) -> None:
    assert "<h1>Nothing to review for Q1 FY26</h1>" in page(client, "?period=2026-Q1")
    assert "<h1>Nothing to review</h1>" in page(client)


@pytest.mark.parametrize("query", ["?period=2026-Q9", "?department=NOPE", "?entity=NOPE"])
def test_what_is_not_there_cannot_be_chosen(fin: User, client: Client, query: str) -> None:
    assert client.get(f"/review/{query}").status_code == 404


def test_drafts_and_closed_figures_do_not_wait(
    stock: KPI, head: User, fin: User, client: Client
) -> None:
    record(figure(stock, "2026-Q2", "987654", status="draft"), by=head)
    submitted(stock, "5", head)
    group = Entity.objects.get(code="GROUP")
    PeriodState.objects.create(period=period(QUARTER), entity=group, state="closed")

    content = page(client)

    assert "Nothing to review" in content
    assert "987,654" not in content


def test_a_long_list_comes_in_pages_with_as_many_queries(
    stock: KPI,
    head: User,
    fin: User,
    client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(130):
        make_entity(f"E{number:03}")
    entities = Entity.objects.filter(code__startswith="E")
    record(*(figure(stock, QUARTER, "5", entity=e.code, status="submitted") for e in entities))
    fin = User.objects.get(pk=fin.pk)

    with django_assert_max_num_queries(24):
        first = page(client)
    second = page(client, "?page=2")

    assert "130 figures to review" in first
    assert len(re.findall('name="shown"', first)) == 100
    assert len(re.findall('name="shown"', second)) == 30
    assert "Figures 101 to 130 of 130" in second
