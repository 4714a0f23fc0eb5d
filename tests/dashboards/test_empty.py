"""An empty installation shows three beginnings to whoever may begin, and others whom to ask."""

import pytest
from django.test import Client

from tests.dashboards.test_pages import text
from tests.factories import make_organisation, make_person

pytestmark = pytest.mark.django_db
PAGES = ["/", "/enterprise/", "/departments/", "/cascade/", "/cascade/map/", "/alignment/"]


@pytest.mark.parametrize("path", PAGES)
def test_a_finance_admin_may_begin_in_three_ways(client: Client, path: str) -> None:
    client.force_login(make_person("admin@example.com", "finance_admin"))

    page = client.get(path).content.decode()

    assert 'href="/import/template.xlsx"' in page
    assert 'href="/import/"' in page
    assert 'href="/shape/objectives/new/"' in page


@pytest.mark.parametrize("path", ["/import/template.xlsx", "/import/", "/shape/objectives/new/"])
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
    assert "Grace brings them in: ask for it there." in after
    assert "/import/" not in client.get("/enterprise/").content.decode()
