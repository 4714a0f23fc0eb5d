"""Who is let in: by token or session, and nobody else."""

import pytest
from django.test import Client

from organisation.models import ApiToken, User
from organisation.services.roles import RoleGiven, replace_roles
from organisation.services.tokens import revoke_token
from tests.api.asking import Program, program_of
from tests.factories import make_person

URL = "/api/v1/kpis/"
NEW = {"code": "NEW", "name": "New"}


@pytest.mark.parametrize("url", [URL, "/api/schema/", "/api/v1/scores/explain/"])
@pytest.mark.parametrize("given", ["", "Token", "Token kpa_none", "Token \u00e9", "Bearer x"])
def test_nobody_is_let_in_without_a_token_that_holds(url: str, given: str) -> None:
    answer = Client(headers={"authorization": given} if given else {}).get(url)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Token realm="KPIAlign"'
    assert list(answer.json()) == ["detail"]


def test_a_token_ends_when_it_is_revoked_and_when_its_person_is_disabled() -> None:
    program, other = program_of("viewer"), program_of("auditor")
    assert program.ask("GET", "kpis/").status_code == 200
    revoke_token(token=ApiToken.objects.get(user=program.person), by=None, path="command")
    User.objects.filter(pk=other.person.pk).update(is_active=False)

    assert program.ask("GET", "kpis/").status_code == 401
    assert other.ask("GET", "kpis/").status_code == 401


def test_a_role_that_was_taken_closes_the_api_at_once() -> None:
    program = program_of("finance_admin")
    assert program.post("objectives/", NEW).status_code == 201

    viewer = RoleGiven(program.person, "viewer")
    replace_roles(person=program.person, roles=[viewer], by=None, path="command")

    program = Program(program.person)
    assert program.post("objectives/", {"code": "NEWER", "name": "x"}).status_code == 403
    assert program.ask("GET", "kpis/").status_code == 200


def test_a_session_writes_only_with_the_token_of_its_form() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_person("admin@example.com", "finance_admin"))
    assert client.get(URL).status_code == 200

    without = client.post("/api/v1/objectives/", NEW, content_type="application/json")

    assert without.status_code == 403
    assert without.json()["detail"].startswith("CSRF Failed")


def test_a_person_without_a_role_is_refused() -> None:
    program = Program(make_person("new@example.com"))

    assert program.ask("GET", "kpis/").status_code == 403
    assert program.ask("GET", "scores/").status_code == 403
