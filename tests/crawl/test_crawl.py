"""Follow every link and send every form as everybody; nothing fails, nothing runs, all is escaped.

By default a seeded cut of it; `CRAWL=50` goes fifty times as far.
"""

import os
import random
from itertools import product

import pytest
from django.core.cache import cache

from organisation.models import User
from tests.access import ACCESS, ROLES, address, browser_of
from tests.crawl.company import settle
from tests.crawl.nasty import NASTY, in_path, written
from tests.crawl.walking import Walker

DEPTH = int(os.environ.get("CRAWL", "1"))
SEED = os.environ.get("CRAWL_SEED", "20261124")
STARTS = [row.path for row in ACCESS.values() if "{}" not in row.path]
# What pages ask of the query; forms and links name more.
ASKED = [
    "period",
    "entity",
    "compare",
    "status",
    "owner",
    "version",
    "page",
    "next",
    "parent",
    "currency",
    "year",
    "then",
    "node",
    "find",
    "archived",
    "kpis",
    "open",
    "q",
    "to",
    "sort",
    "objective",
    "department",
    "scope",
    "person",
    "action",
    "kind",
    "path",
    "from",
    "kpi",
    "limit",
]

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300 * DEPTH)]


def walker(actor: str) -> Walker:
    people: dict[str, User] = settle()
    client = browser_of(people.get(actor), actor)
    client.raise_request_exception = False
    return Walker(client, random.Random(f"{SEED} {actor}"))  # noqa: S311  to be repeated


@pytest.mark.parametrize("actor", ["anonymous", "no_role", *ROLES])
def test_every_page_and_form_stands_whatever_is_typed(actor: str) -> None:
    one = walker(actor)

    one.walk(STARTS, pages=40 * DEPTH, alike=DEPTH)
    one.send_all(40 * DEPTH)

    assert sorted(set(one.faults)) == []


def test_no_code_in_any_path_makes_a_page_fail() -> None:
    one = walker("finance_admin")
    paths = [
        row.path.format(in_path(value))
        for row, value in product(ACCESS.values(), NASTY)
        if "{}" in row.path and value
    ]

    for path in one.chosen.sample(paths, min(150 * DEPTH, len(paths))):
        cache.clear()
        one.get(path)
        one.look(f"POST {path[:200]}", one.client.post(path))

    assert sorted(set(one.faults)) == []


def test_no_query_makes_a_page_fail() -> None:
    one = walker("finance_admin")
    paths = [
        f"{address(row, 'own')}?{name}={written(value)}"
        for row, name, value in product(ACCESS.values(), ASKED, NASTY)
        if not row.is_written_only
    ]

    for path in one.chosen.sample(paths, min(200 * DEPTH, len(paths))):
        cache.clear()
        one.get(path)

    assert sorted(set(one.faults)) == []
