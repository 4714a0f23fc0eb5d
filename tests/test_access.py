"""Ask every URL as every role, with every method, for own, foreign and absent objects.

The URLs come from the resolver: one without a row in ACCESS fails here before it has a template.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.cache import cache
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from organisation.models import User
from organisation.services.invitations import invitation_token
from organisation.services.roles import RoleGiven, replace_roles
from tests.factories import (
    link,
    make_entity,
    make_kpi,
    make_objective,
    make_organisation,
    make_person,
)

ROLES = ["viewer", "executive", "department_head", "finance_admin", "auditor", "system_admin"]
OUTSIDE = ["anonymous", "disabled"]
ACTORS = [*OUTSIDE, "no_role", *ROLES]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
EVERYONE = frozenset(ROLES)
READ = frozenset({"GET", "HEAD"})
NOBODY: frozenset[str] = frozenset()
SIGN_IN = "/account/login/"
NASTY = [
    "",
    "\0",
    "NaN",
    "9" * 40,
    "-1",
    "\u202e\u0665",
    "a" * 10_000,
    "../../etc",
    "<b>'\"",
    "%00",
]

ANSWERED = {200, 302, 303, 400, 409, 422}  # the door is open; what the form says is another matter
SHUT = {403, 404, 405}


@dataclass(frozen=True)
class Row:
    """Who may what at one URL; `{}` in the path is where the object's code stands."""

    path: str
    readers: frozenset[str] = EVERYONE
    writers: frozenset[str] = NOBODY
    # Roles that have only their own scope here; a foreign object looks absent to them.
    within_scope: frozenset[str] = NOBODY
    is_public: bool = False
    is_written_only: bool = False
    # What a person without any role gets; the start page says calmly that no role is given.
    without_role: int = 403
    objects: dict[str, str] = field(default_factory=dict)

    def expected(self, actor: str, which: str, method: str) -> set[int]:
        """Return the statuses that this actor may get."""
        if method in READ:
            return self._expected_reading(actor, which)
        if self.is_public:
            return ANSWERED | SHUT
        if actor in OUTSIDE:
            return {302}
        return self._expected_writing(actor, which, method)

    def _expected_reading(self, actor: str, which: str) -> set[int]:
        if not self.is_public:
            if actor in OUTSIDE:
                return {302}
            if self.is_written_only:
                return {405}
            if actor == "no_role":
                return {self.without_role}
            if actor not in self.readers:
                return {403}
        return {404} if which == "absent" or self._is_foreign(actor, which) else {200, 302}

    def _expected_writing(self, actor: str, which: str, method: str) -> set[int]:
        if actor not in self.writers or method == "OPTIONS":
            return SHUT | ({200} if method == "OPTIONS" else set())
        if which == "absent" or self._is_foreign(actor, which):
            return {404, 405}
        return ANSWERED if method == "POST" else ANSWERED | SHUT

    def _is_foreign(self, actor: str, which: str) -> bool:
        return which == "foreign" and actor in self.within_scope


SHEET_READERS = frozenset({"department_head", "finance_admin", "auditor"})
SHEET_WRITERS = frozenset({"department_head", "finance_admin"})
TRAIL_READERS = frozenset({"finance_admin", "auditor", "system_admin"})
ADMINS = frozenset({"system_admin"})
PEOPLE = {"own": "<person>", "absent": "987654321"}
DEPARTMENTS = {"own": "OPS", "foreign": "SALES", "absent": "NOPE"}

ACCESS = {
    "healthz": Row("/healthz", is_public=True),
    "account_login": Row(SIGN_IN, is_public=True),
    "account_logout": Row("/account/logout/", is_public=True),
    "account_change_password": Row(
        "/account/password/", writers=EVERYONE | {"no_role"}, without_role=200
    ),
    "welcome": Row(
        "/welcome/{}/", is_public=True, objects={"own": "<invitation>", "absent": "no-token"}
    ),
    "people": Row("/people/", readers=TRAIL_READERS, writers=ADMINS),
    "person": Row("/people/{}/", readers=TRAIL_READERS, writers=ADMINS, objects=PEOPLE),
    "person_invitation": Row(
        "/people/{}/invitation/", is_written_only=True, writers=ADMINS, objects=PEOPLE
    ),
    "person_state": Row("/people/{}/state/", is_written_only=True, writers=ADMINS, objects=PEOPLE),
    "entry_index": Row("/enter/", readers=SHEET_READERS),
    "entry_sheet": Row(
        "/enter/{}/",
        readers=SHEET_READERS,
        writers=SHEET_WRITERS,
        within_scope=frozenset({"department_head"}),
        objects=DEPARTMENTS,
    ),
}


def urls(
    patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "/"
) -> Iterator[tuple[str, str]]:
    """Walk the resolver: the name and the route of every URL, however deep it lies."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from urls(pattern.url_patterns, route)
        else:
            yield pattern.name or route, route


@pytest.fixture(autouse=True)
def company(db: None) -> Iterator[None]:
    cache.clear()
    make_organisation()
    make_entity("PLANT")
    objective, own = make_objective("MARGIN"), make_kpi("DIO", department="OPS")
    link(objective, own.node)
    make_kpi("DSO", department="SALES")
    yield
    cache.clear()


def person_who_is(actor: str) -> User | None:
    if actor == "anonymous":
        return None
    role = "" if actor == "no_role" else "executive" if actor == "disabled" else actor
    department = "OPS" if role == "department_head" else ""
    return make_person(f"{actor}@example.com", role, department=department)


def browser_of(user: User | None, actor: str) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
        User.objects.filter(pk=user.pk).update(is_active=actor != "disabled")
    return client


def address(row: Row, which: str) -> str:
    code = row.objects.get(which, "")
    if code.startswith("<"):
        other, _ = User.objects.get_or_create(email="other@example.com")
        code = invitation_token(other) if code == "<invitation>" else str(other.pk)
    return row.path.format(code)


def is_sent_to_sign_in(response: HttpResponseBase) -> bool:
    return response.status_code == 302 and response["Location"].startswith(SIGN_IN)


def stored_rows() -> dict[str, int]:
    """Count the rows of everything but what signing in and out moves."""
    moved = {"sessions.Session"}
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label not in moved
    }


def test_every_url_has_its_row_and_every_row_its_url() -> None:
    assert {name for name, _ in urls()} == set(ACCESS)


def test_every_row_leads_to_the_url_of_its_name() -> None:
    for name, row in ACCESS.items():
        match = get_resolver().resolve(row.path.format("1"))
        assert (match.url_name, "{}" in row.path) == (name, bool(row.objects))


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("name", ACCESS)
def test_a_url_answers_each_role_as_declared(name: str, actor: str) -> None:
    row, user = ACCESS[name], person_who_is(actor)
    wrong = []

    for which, method in product(row.objects or ["own"], METHODS):
        path = address(row, which)
        cache.clear()  # some doors count how often they are tried
        client, before = browser_of(user, actor), stored_rows()
        response = client.generic(method, path)
        expected = row.expected(actor, which, method)
        if response.status_code not in expected:
            wrong.append(f"{method} {path}: {response.status_code}, declared {sorted(expected)}")
        if actor in OUTSIDE and not row.is_public and not is_sent_to_sign_in(response):
            wrong.append(f"{method} {path}: shown to someone who is not signed in")
        if (method != "POST" or response.status_code in SHUT) and stored_rows() != before:
            wrong.append(f"{method} {path}: something was written")

    assert wrong == []


def told(content: bytes, code: str) -> str:
    """Take out of a page what differs by nature: the code asked for, and each form's token."""
    page = content.decode().replace(code, "?")
    return re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1?", page)


@pytest.mark.parametrize("actor", ROLES)
@pytest.mark.parametrize("name", [name for name, row in ACCESS.items() if row.within_scope])
def test_a_foreign_object_looks_exactly_like_an_absent_one(name: str, actor: str) -> None:
    row, user = ACCESS[name], person_who_is(actor)
    if actor not in row.within_scope:
        return

    for method in ("GET", "POST"):
        foreign, absent = (
            browser_of(user, actor).generic(method, row.path.format(row.objects[which]))
            for which in ("foreign", "absent")
        )

        assert foreign.status_code == absent.status_code
        assert told(foreign.content, row.objects["foreign"]) == told(
            absent.content, row.objects["absent"]
        )


@pytest.mark.parametrize("name", ACCESS)
@pytest.mark.parametrize("nasty", NASTY)
def test_no_query_makes_a_page_fail(name: str, nasty: str) -> None:
    row, user = ACCESS[name], person_who_is("finance_admin")
    query = dict.fromkeys(["period", "entity", "compare", "status", "owner", "page", "next"], nasty)

    for which in row.objects or ["own"]:
        response = browser_of(user, "finance_admin").get(address(row, which), query)

        assert response.status_code < 500


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("name", [name for name, row in ACCESS.items() if row.objects])
def test_no_code_in_the_path_makes_a_page_fail(name: str, nasty: str) -> None:
    path = ACCESS[name].path.format(quote(nasty.replace("/", ""), safe=""))

    response = browser_of(person_who_is("finance_admin"), "finance_admin").get(path)

    assert response.status_code in {400, 404, 405}


@pytest.mark.parametrize("name", ACCESS)
def test_every_page_forbids_inline_code(name: str) -> None:
    row = ACCESS[name]

    response = browser_of(person_who_is("finance_admin"), "finance_admin").get(address(row, "own"))

    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "nonce" not in policy


def test_a_role_that_was_taken_closes_the_page_at_once() -> None:
    user = person_who_is("finance_admin")
    assert user is not None
    client = browser_of(user, "finance_admin")
    assert client.get("/enter/OPS/").status_code == 200

    replace_roles(person=user, roles=[RoleGiven(user, "viewer")], by=None, path="command")

    assert is_sent_to_sign_in(client.get("/enter/OPS/"))
    assert browser_of(user, "viewer").get("/enter/OPS/").status_code == 403
