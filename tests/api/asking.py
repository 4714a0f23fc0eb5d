"""Ask the API with a token, as a program does."""

import json
from typing import Any

from django.http.response import HttpResponseBase
from django.test import Client

from organisation.models import User
from organisation.services.tokens import issue_token
from tests.factories import make_person

BASE = "/api/v1/"
Answer = Any  # a plain answer, of which the test client makes more


class Program:
    """A program that acts for one person."""

    def __init__(self, person: User) -> None:
        self.person = person
        text = issue_token(person=person, days=1, by=None, path="command")
        self.token = f"Token {text}"
        self.client = Client(headers={"authorization": self.token}, enforce_csrf_checks=True)

    def get(self, path: str, **query: object) -> Answer:
        """Read, and expect that it works."""
        answer = self.ask("GET", path, query=query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def results(self, path: str, **query: object) -> list[dict[str, Any]]:
        """Read the rows of a list, all pages."""
        page = self.get(path, **query)
        rows = list(page["results"])
        while page["next"]:
            page = self.client.get(page["next"]).json()
            rows += page["results"]
        assert len(rows) == page["count"]
        return rows

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a body of JSON, whatever comes of it."""
        return self.client.generic(
            method,
            f"{BASE}{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            query_params=query,
            headers={name.replace("_", "-"): value for name, value in (headers or {}).items()},
        )

    def post(self, path: str, body: object) -> Answer:
        return self.ask("POST", path, body)

    def patch(self, path: str, body: object, *, if_match: str = "") -> Answer:
        headers = {"if_match": if_match} if if_match else {}
        return self.ask("PATCH", path, body, headers=headers)


def program_of(role: str, *, department: str = "", entity: str = "") -> Program:
    """Make a person of a role, and a program that acts for them."""
    person = make_person(f"{role}@example.com", role, department=department, entity=entity)
    return Program(person)


def told(answer: HttpResponseBase) -> tuple[int, Any]:
    """Give status and body."""
    content = answer.content  # type: ignore[attr-defined]  # of a plain answer
    return answer.status_code, json.loads(content) if content else None
