"""Every address of the API, as every role: a token opens what a session does, until revoked."""

import pytest
from django.test import Client

from organisation.services.tokens import issue_token, revoke_tokens
from tests.access import ACCESS, ROLES, address, person_who_is

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS"]
API = {name: row for name, row in ACCESS.items() if row.is_api}


def answers(client: Client) -> dict[str, int]:
    """Ask everything, own and absent."""
    return {
        f"{method} {address(row, which)}": client.generic(
            method, address(row, which), "{}", content_type="application/json"
        ).status_code
        for row in API.values()
        for which in row.objects or ["own"]
        for method in METHODS
    }


@pytest.mark.parametrize("role", ["no_role", *ROLES])
def test_a_token_opens_what_a_session_opens_until_it_is_revoked(role: str) -> None:
    person = person_who_is(role)
    assert person is not None
    text = issue_token(person=person, days=1, by=None, path="command")
    program, browser = Client(headers={"authorization": f"Token {text}"}), Client()
    browser.force_login(person)

    by_token, by_session = answers(program), answers(browser)
    revoke_tokens(person=person, by=None, path="command")

    assert by_token == by_session
    assert set(answers(program).values()) == {401}
