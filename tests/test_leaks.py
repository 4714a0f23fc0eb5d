"""Look for what is not for everyone's eyes in every page, file and header that anyone can get."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.http.response import HttpResponseBase

from kpis.models import KPI, ActualRevision
from kpis.services.reviews import return_figures
from organisation.models import AuditEntry, RecomputeRequest
from organisation.services import trail
from organisation.services.recompute import request_recompute
from tests.access import ACCESS, ROLES, address, browser_of, person_who_is, read_whole
from tests.factories import (
    figure,
    link,
    make_kpi,
    make_objective,
    make_organisation,
    make_person,
    record,
)

# What each canary stands in, and which roles may meet it.
DRAFT_READERS = {"finance_admin", "auditor"}
CANARIES = {
    "canary-ops-draft": DRAFT_READERS | {"department_head"},
    "canary-sales-draft": DRAFT_READERS,
    "777123.25": DRAFT_READERS | {"department_head"},
    "888321.75": DRAFT_READERS,
    "canary-return": DRAFT_READERS | {"department_head"},
    "canary-trail": {"finance_admin", "auditor", "system_admin"},
    "canary-run": {"finance_admin", "auditor", "system_admin"},
}


@pytest.fixture(autouse=True)
def company(db: None) -> Iterator[None]:
    cache.clear()
    make_organisation()
    objective = make_objective("MARGIN")
    for code, department, value, comment in (
        ("DIO", "OPS", "777123.25", "canary-ops-draft"),
        ("DSO", "SALES", "888321.75", "canary-sales-draft"),
    ):
        kpi = make_kpi(code, department=department, entities=("GROUP",))
        link(objective, kpi.node)
        record(figure(kpi, "2026-Q1", "41"))
        record(figure(kpi, "2026-Q2", value, status="draft", comment=comment))
    own = KPI.objects.get(node__code="DIO")
    record(figure(own, "2026-Q3", "43", status="submitted"))
    return_figures(
        revisions=[ActualRevision.objects.latest("pk").pk],
        by=make_person("reviewer@example.com", "finance_admin"),
        path="form",
        reason="canary-return",
    )
    trail.record_many(
        [trail.Written("change", "kpi", "DIO", None, {"name": "x"}, "canary-trail")],
        actor=None,
        path="command",
    )
    request_recompute(kind="all", key="", by=None, why="canary-run")
    yield
    cache.clear()


def everything_told(response: HttpResponseBase) -> str:
    body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    return f"{response.headers}\n{body.decode(errors='replace')}".replace(",", "")


@pytest.mark.parametrize("role", ["no_role", *ROLES])
def test_no_page_shows_a_role_what_is_not_for_its_eyes(role: str) -> None:
    client = browser_of(person_who_is(role), role)
    found = []

    for name, row in ACCESS.items():
        for which in row.objects or ["own"]:
            for query in ({}, {"period": "2026-Q2"}, {"period": "2026-Q2", "entity": "GROUP"}):
                shown = everything_told(client.get(address(row, which), query))
                found += [
                    (name, which, canary)
                    for canary, may in CANARIES.items()
                    if canary in shown and role not in may
                ]

    assert found == []


def test_the_canaries_are_alive() -> None:
    client = browser_of(person_who_is("finance_admin"), "finance_admin")

    shown = everything_told(client.get("/enter/OPS/", {"period": "2026-Q2"}))

    assert "777123.25" in shown
    assert "canary-ops-draft" in shown
    assert AuditEntry.objects.filter(why="canary-trail").exists()
    assert RecomputeRequest.objects.filter(why="canary-run").exists()


def test_no_page_with_figures_may_be_kept_by_a_cache_that_others_share() -> None:
    client = browser_of(person_who_is("finance_admin"), "finance_admin")

    for name, row in ACCESS.items():
        if row.is_public or row.is_written_only:
            continue
        answer = client.get(address(row, "own"))
        read_whole(answer)
        kept = answer["Cache-Control"]
        assert "private" in kept or "no-store" in kept, name
