"""The page of alignment never shows the score without its parts, and says what mends it."""

from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboards.services.refresh import refresh_scores
from kpis.services.periods import ensure_periods
from organisation.models import Organisation
from tests.dashboards.strategy import Strategy, make_strategy
from tests.dashboards.test_pages import headline, text
from tests.factories import (
    aim,
    figure,
    link,
    make_kpi,
    make_objective,
    make_organisation,
    make_person,
    record,
)

pytestmark = pytest.mark.django_db
MOST_QUERIES = 42


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


def test_the_score_stands_with_its_parts_and_what_could_not_be_computed(reader: Client) -> None:
    page = text(reader, "/alignment/")

    assert "2 not computed yet: evidence and harmony" in page
    assert "Linkage 100.0 4 of 4 KPIs lead up to an objective." in page
    assert "Financial linkage 0.0 0 of 4 KPIs not financial lead up" in page
    assert "Decisiveness 100.0 6 of 6 links weigh at least 2 % of their parent." in page
    assert "Evidence \u2013 Whether figures bear the links out. Not computed yet." in page


def test_the_headline_says_what_takes_most(reader: Client) -> None:
    assert headline(reader, "/alignment/").startswith("Alignment is ")
    assert "financial linkage takes most from it" in headline(reader, "/alignment/")


def test_freshness_is_judged_on_the_reporting_date(strategy: Strategy, reader: Client) -> None:
    page = text(reader, "/alignment/")

    # Of the scored KPIs, cover alone (25 % of the 75 % of cash) has no figure; stock, which
    # hangs on the cycle, has no target in force and no influence.
    assert "Freshness 81.3 81 % of influence stands on" in page
    assert "KPIs whose latest figure was in on 31 Mar 2026." in page
    assert "KPI COVER" in page


def test_a_figure_that_comes_in_makes_the_cascade_fresher(
    strategy: Strategy, reader: Client
) -> None:
    assert "Freshness 100.0" not in text(reader, "/alignment/")

    record(figure(strategy.cover, "2026-Q1", "15"))
    refresh_scores(path="task")

    assert "Freshness 100.0" in text(reader, "/alignment/")


def test_weights_of_the_organisation_count(reader: Client) -> None:
    Organisation.objects.update(
        component_weights={
            "linkage": "1",
            **dict.fromkeys(
                ("financial_linkage", "freshness", "focus", "decisiveness", "consistency"), "0"
            ),
        }
    )

    assert headline(reader, "/alignment/") == (
        "Alignment is 100.0: nothing that can be computed lowers it"
    )


def test_a_department_and_an_objective_have_alignments_of_their_own(reader: Client) -> None:
    department = text(reader, "/alignment/?department=SALES")
    objective = text(reader, "/alignment/?objective=GROWTH")

    assert "Linkage 100.0 1 of 1 KPI leads up to an objective." in department
    assert "KPI COVER" not in department
    assert "Objective GROWTH and all that leads up to it" in objective
    assert "KPI COVER" not in objective


@pytest.mark.parametrize("query", ["objective=NOPE", "objective=CYCLE", "department=NOPE"])
def test_a_scope_that_is_not_there_is_absent(reader: Client, query: str) -> None:
    assert reader.get(f"/alignment/?{query}").status_code == 404


def test_findings_say_what_mends_them_to_whoever_may(
    strategy: Strategy, reader: Client, admin: Client
) -> None:
    make_kpi("AIMLESS")

    for client, offered in ((reader, False), (admin, True)):
        page = text(client, "/alignment/")
        assert "KPI AIMLESS No target The KPI has no target and is not scored." in page
        assert ("Set a target : KPI AIMLESS" in page) == offered


def test_a_finding_of_an_old_year_is_mended_where_it_was_found(
    strategy: Strategy, admin: Client
) -> None:
    lone = make_kpi("LONE")
    ensure_periods(first_on=date(2025, 1, 1), last_on=date(2025, 12, 31))
    record(figure(lone, "2025-Q1", "5"), figure(lone, "2025-Q2", "6"))
    aim(lone, "2025-Q1", target="5")
    refresh_scores(path="task")

    assert (
        "/shape/targets/LONE/?entity=GROUP&amp;year=2025"
        in admin.get("/alignment/").content.decode()
    )


def test_a_late_figure_is_mended_in_the_sheet_by_its_department(strategy: Strategy) -> None:
    head, other = Client(), Client()
    head.force_login(make_person("ops@example.com", "department_head", department="OPS"))
    other.force_login(make_person("sales@example.com", "department_head", department="SALES"))

    assert "/enter/OPS/?period=2026-Q1" in head.get("/alignment/").content.decode()
    assert "/enter/OPS/" not in other.get("/alignment/").content.decode()


def test_findings_can_be_narrowed_to_a_rule(strategy: Strategy, reader: Client) -> None:
    make_kpi("AIMLESS")

    page = text(reader, "/alignment/?rule=no_target")

    assert "KPI AIMLESS No target" in page
    assert "No figure for" not in page


def test_what_would_give_most_comes_first(strategy: Strategy, reader: Client) -> None:
    for number in range(8):
        kpi = make_kpi(f"CROWD-{number}")
        link(strategy.growth, kpi.node)
        aim(kpi, baseline="0", target="10")
        record(figure(kpi, "2026-Q1", "9"))
    refresh_scores(path="task", full=True)

    page = reader.get("/alignment/").content.decode()
    findings = page[page.index('aria-label="Findings"') :]

    assert "would lift alignment by" in findings
    # The worst component gains most from each step.
    assert findings.index("No path to a financial result") < findings.index("Figure missing")


def test_a_sound_cascade_says_which_rules_ran(client: Client) -> None:
    make_organisation()
    kpi = make_kpi("ONLY")
    record(figure(kpi, "2026-Q1", "9"))
    aim(kpi, baseline="0", target="10")
    kpi.category = kpi.Category.FINANCIAL
    kpi.save(update_fields=["category"])
    link(make_objective("GOAL", financial=True), kpi.node)
    refresh_scores(path="task", full=True)
    client.force_login(make_person("viewer@example.com", "viewer"))

    page = text(client, "/alignment/")

    assert "Nothing to mend" in page
    assert "15 rules looked through 2 nodes, with figures up to 31 Mar 2026" in page


def test_before_any_figure_it_says_that_little_can_be_counted(client: Client) -> None:
    make_organisation()
    make_kpi("ONLY")
    client.force_login(make_person("viewer@example.com", "viewer"))

    page = text(client, "/alignment/")

    assert "None of its KPIs is scored in the period. Not counted." in page
    assert "without anything to count" in page


def test_the_page_asks_as_little_of_the_database_for_many_nodes(
    strategy: Strategy, admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        admin.get("/alignment/")
    for number in range(30):
        link(strategy.growth, make_kpi(f"MORE-{number}").node)

    with django_assert_max_num_queries(MOST_QUERIES):
        admin.get("/alignment/")


def test_what_was_found_is_looked_for_once_between_two_changes(
    strategy: Strategy, reader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    reader.get("/alignment/")

    with django_assert_max_num_queries(20):
        reader.get("/alignment/")
