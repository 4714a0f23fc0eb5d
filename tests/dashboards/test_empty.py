"""An empty installation shows three beginnings to whoever may begin, and others whom to ask."""

import pytest
from django.test import Client

from kpis.models import ReportingPeriod
from tests.dashboards.test_pages import text
from tests.factories import link, make_kpi, make_objective, make_organisation, make_person

pytestmark = pytest.mark.django_db
PAGES = ["/", "/enterprise/", "/departments/", "/cascade/", "/cascade/map/", "/alignment/"]


def take_periods_away() -> None:
    """Leave the organisation as a first form leaves it: periods come with targets and figures."""
    for kind in ("month", "quarter", "year"):
        ReportingPeriod.objects.filter(kind=kind).delete()


@pytest.mark.parametrize("path", PAGES)
def test_a_finance_admin_may_begin_in_three_ways(client: Client, path: str) -> None:
    client.force_login(make_person("admin@example.com", "finance_admin"))

    page = client.get(path).content.decode()

    assert 'href="/import/template.xlsx"' in page
    assert 'href="/import/"' in page
    assert 'href="/shape/new/objective/"' in page


@pytest.mark.parametrize("path", ["/import/template.xlsx", "/import/", "/shape/new/objective/"])
def test_each_beginning_is_there_before_anything_else(client: Client, path: str) -> None:
    client.force_login(make_person("admin@example.com", "finance_admin"))

    assert client.get(path).status_code == 200


def test_others_are_told_whom_to_ask(client: Client) -> None:
    make_organisation()
    client.force_login(make_person("viewer@example.com", "viewer"))

    before = text(client, "/enterprise/")
    make_person("grace@example.com", "finance_admin")
    after = text(client, "/enterprise/")

    assert "Nobody has that role yet: a system admin gives it." in before
    assert "/people/" not in client.get("/").content.decode()
    assert "Grace brings them in: ask for it there." in after
    assert "/import/" not in client.get("/enterprise/").content.decode()


def test_a_system_admin_is_led_to_giving_the_role(client: Client) -> None:
    client.force_login(make_person("admin@example.com", "system_admin"))

    assert "Nobody has that role yet: give it to somebody under People" in text(client, "/")


@pytest.mark.parametrize("path", PAGES)
def test_a_first_objective_is_shown_before_there_is_any_period(client: Client, path: str) -> None:
    make_organisation()
    take_periods_away()
    link(make_objective("GOAL"), make_kpi("FIRST").node)
    client.force_login(make_person("admin@example.com", "finance_admin"))

    page = text(client, path)

    assert "1 objective and 1 KPI so far, and no target or figure yet" in page
    assert "Objective GOAL Objective Edit or archive" in page
    assert "KPI FIRST KPI beneath Objective GOAL" in page


def test_who_edits_nothing_is_offered_nothing_there(client: Client) -> None:
    make_organisation()
    take_periods_away()
    make_objective("GOAL")
    client.force_login(make_person("viewer@example.com", "viewer"))

    page = client.get("/cascade/").content.decode()

    assert "Objective GOAL" in page
    assert "/shape/" not in page
