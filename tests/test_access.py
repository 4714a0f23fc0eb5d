"""Ask every URL as every role, with every method, for own, foreign and absent objects.

The URLs come from the resolver: one without a row in ACCESS fails here before it has a template.
"""

import re
from collections.abc import Iterator
from itertools import product
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.cache import cache
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver

from dashboards.models import WorkerHeartbeat
from kpialign.readiness import readiness
from organisation.models import User
from organisation.services.roles import RoleGiven, replace_roles
from tests.access import (
    ACCESS,
    ACTORS,
    ANSWERED,
    METHODS,
    OUTSIDE,
    READ,
    ROLES,
    SHUT,
    SIGN_IN,
    address,
    browser_of,
    person_who_is,
    read_whole,
)
from tests.factories import (
    link,
    make_entity,
    make_kpi,
    make_objective,
    make_organisation,
)

BUSY = "finance_admin"  # reads more pages than anyone
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
    WorkerHeartbeat.objects.create(name="worker")
    readiness.forget()
    yield
    cache.clear()


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

    for which in row.objects:
        address(row, which)
    before = stored_rows()
    for which, method in product(row.objects or ["own"], METHODS):
        path = address(row, which)
        cache.clear()  # some doors count how often they are tried
        kind = "application/json" if row.is_api else "application/octet-stream"
        data = "{}" if row.is_api else ""
        response = browser_of(user, actor).generic(method, path, data, kind)
        read_whole(response)
        expected = row.expected(actor, which, method)
        if response.status_code not in expected:
            wrong.append(f"{method} {path}: {response.status_code}, declared {sorted(expected)}")
        if (
            actor in OUTSIDE
            and not (row.is_public or row.is_api)
            and not is_sent_to_sign_in(response)
        ):
            wrong.append(f"{method} {path}: shown to someone who is not signed in")
        if (method not in READ or row.is_recorded) and response.status_code in ANSWERED:
            before = stored_rows()
    if stored_rows() != before:
        wrong.append("something was written where nothing may be")

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
            browser_of(user, actor).generic(method, address(row, which))
            for which in ("foreign", "absent")
        )

        assert foreign.status_code == absent.status_code
        assert told(foreign.content, row.objects["foreign"]) == told(
            absent.content, row.objects["absent"]
        )


@pytest.mark.parametrize("name", ACCESS)
def test_no_query_makes_a_page_fail(name: str) -> None:
    client, path = browser_of(person_who_is(BUSY), BUSY), address(ACCESS[name], "own")
    fields = ["period", "entity", "compare", "status", "owner", "version", "page", "next"]

    answers = {nasty: client.get(path, dict.fromkeys(fields, nasty)) for nasty in NASTY}
    for answer in answers.values():
        read_whole(answer)

    assert [nasty for nasty, answer in answers.items() if answer.status_code >= 500] == []


@pytest.mark.parametrize("name", [name for name, row in ACCESS.items() if row.objects])
def test_no_code_in_the_path_makes_a_page_fail(name: str) -> None:
    path, client = ACCESS[name].path, browser_of(person_who_is(BUSY), BUSY)
    codes = [quote(nasty.replace("/", ""), safe="") for nasty in NASTY]

    answers = {code: client.get(path.format(code)).status_code for code in codes if code}

    assert {code: status for code, status in answers.items() if status not in SHUT | {400}} == {}


@pytest.mark.parametrize("name", ACCESS)
def test_every_page_forbids_inline_code(name: str) -> None:
    client = browser_of(person_who_is(BUSY), BUSY)

    response = client.get(address(ACCESS[name], "own"))
    read_whole(response)

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
    user = User.objects.get(pk=user.pk)
    assert browser_of(user, "viewer").get("/enter/OPS/").status_code == 403


@pytest.mark.parametrize("actor", OUTSIDE)
@pytest.mark.parametrize("path", ["/freshness/", "/enterprise/", "/departments/OPS/effect/"])
def test_a_fragment_says_that_one_is_signed_out_in_place_of_a_whole_page(
    path: str, actor: str
) -> None:
    client = browser_of(person_who_is(actor), actor)

    response = client.get(path, headers={"HX-Request": "true"})

    assert response.status_code == 401
    assert response.content.startswith(b'<span role="alert">You are signed out.')
