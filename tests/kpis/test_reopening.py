"""Reviewing and reopening periods: who, in which order, and what opens along."""

import pytest

from kpis.errors import (
    PeriodNotClosedError,
    PeriodStateError,
    ReasonMissingError,
    ReopeningSettledError,
    ReopeningWaitsError,
    SecondPersonError,
)
from kpis.models import PeriodState, Reopening
from kpis.selectors.reopenings import waiting_requests
from kpis.services.reopening import ask_reopening, confirm_reopening, withdraw_reopening
from kpis.services.review_state import begin_review, end_review
from organisation.models import AuditEntry, Entity, RecomputeRequest, User
from tests.factories import make_entity, make_organisation, make_person, period

pytestmark = pytest.mark.django_db
QUARTER = "2026-Q1"
MONTHS = ["2026-01", "2026-02", "2026-03"]


@pytest.fixture
def fin(db: None) -> User:
    make_organisation()
    make_entity("PLANT")
    make_entity("SHOP", parent="PLANT")
    make_entity("OFFICE")
    return make_person("fin@example.com", "finance_admin")


@pytest.fixture
def boss(fin: User) -> User:
    return make_person("boss@example.com", "executive")


def entity(code: str) -> Entity:
    return Entity.objects.get(code=code)


def close(code: str, *labels: str) -> None:
    for label in labels:
        PeriodState.objects.create(period=period(label), entity=entity(code), state="closed")


def close_all(*labels: str) -> None:
    for code in ("GROUP", "PLANT", "SHOP", "OFFICE"):
        close(code, *labels)


def ask(by: User, code: str | None = "SHOP", label: str = QUARTER) -> list[Reopening]:
    whom = entity(code) if code else None
    return ask_reopening(
        period=period(label), entity=whom, by=by, reason="A late invoice", path="form"
    )


def confirm(asked: list[Reopening], by: User) -> None:
    confirm_reopening(reopening=asked[0], by=by, path="form")


def standing(state: str) -> set[tuple[str, str]]:
    found = PeriodState.objects.filter(state=state)
    return set(found.values_list("period__label", "entity__code"))


def everything() -> tuple[object, ...]:
    return (
        sorted(PeriodState.objects.values_list("period__label", "entity__code", "state")),
        list(Reopening.objects.order_by("pk").values_list("pk", "settled_by", "is_confirmed")),
        AuditEntry.objects.count(),
        RecomputeRequest.objects.count(),
    )


def test_asking_opens_nothing(fin: User) -> None:
    close_all(QUARTER)

    ask(fin)

    assert len(standing("closed")) == 4
    [request] = waiting_requests()
    assert (request.whom, request.asked_by, request.reason) == ("Shop", fin, "A late invoice")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject_key) == ("ask_reopening", "2026-Q1 SHOP")
    assert (entry.actor, entry.why) == (fin, "A late invoice")


def test_a_second_person_opens_the_period_and_the_groups_above(fin: User, boss: User) -> None:
    close_all(QUARTER)

    confirm(ask(fin), boss)

    assert standing("closed") == {(QUARTER, "OFFICE")}
    assert standing("open") == {(QUARTER, code) for code in ("SHOP", "PLANT", "GROUP")}


def test_longer_periods_and_inner_ones_open_along_and_others_stay(fin: User, boss: User) -> None:
    close("SHOP", *MONTHS, QUARTER, "2026-Q2", "2026")
    close("GROUP", *MONTHS, QUARTER, "2026-Q2", "2026")

    confirm(ask(fin), boss)

    assert standing("closed") == {("2026-Q2", "SHOP"), ("2026-Q2", "GROUP")}


def test_a_month_opens_its_quarter_and_year_but_no_other_month(fin: User, boss: User) -> None:
    close("SHOP", *MONTHS, QUARTER, "2026")

    confirm(ask(fin, label="2026-02"), boss)

    assert standing("closed") == {("2026-01", "SHOP"), ("2026-03", "SHOP")}


def test_each_opened_cell_has_a_confirmed_request_by_both_people(fin: User, boss: User) -> None:
    close_all(QUARTER)

    confirm(ask(fin), boss)

    rows = Reopening.objects.filter(is_confirmed=True)
    assert {(row.entity.code, row.reason) for row in rows} == {
        (code, "A late invoice") for code in ("SHOP", "PLANT", "GROUP")
    }
    assert {(row.asked_by, row.settled_by) for row in rows} == {(fin, boss)}
    assert not Reopening.objects.filter(settled_at=None).exists()


def test_a_reopening_stands_in_the_trail_and_asks_for_all_scores(fin: User, boss: User) -> None:
    close_all(QUARTER)

    confirm(ask(fin), boss)

    entries = AuditEntry.objects.filter(action="confirm_reopening")
    assert {(one.subject_key, one.actor, one.why) for one in entries} == {
        (f"2026-Q1 {code}", boss, "A late invoice") for code in ("SHOP", "PLANT", "GROUP")
    }
    assert RecomputeRequest.objects.get().kind == "all"
    state = PeriodState.objects.get(entity=entity("SHOP"))
    assert (state.changed_by, state.why) == (boss, "A late invoice")


def test_without_an_entity_everything_closed_is_asked_for_as_one_request(
    fin: User, boss: User
) -> None:
    close_all(QUARTER)

    asked = ask(fin, None)

    [request] = waiting_requests()
    assert [one.code for one in request.entities] == ["GROUP", "OFFICE", "PLANT", "SHOP"]
    confirm(asked, boss)
    assert standing("closed") == set()


def test_whoever_asked_does_not_confirm(fin: User) -> None:
    close_all(QUARTER)
    asked = ask(fin)
    before = everything()

    with pytest.raises(SecondPersonError, match="a second person must confirm"):
        confirm(asked, fin)

    assert everything() == before


def test_a_request_is_settled_once(fin: User, boss: User) -> None:
    close_all(QUARTER)
    asked = ask(fin)
    confirm(asked, boss)
    before = everything()

    with pytest.raises(ReopeningSettledError):
        confirm(asked, boss)
    with pytest.raises(ReopeningSettledError):
        withdraw_reopening(reopening=asked[0], by=fin, path="form")

    assert everything() == before


def test_a_withdrawn_request_leaves_the_period_closed(fin: User, boss: User) -> None:
    close_all(QUARTER)
    asked = ask(fin)

    withdraw_reopening(reopening=asked[0], by=fin, path="form")

    assert waiting_requests() == []
    assert len(standing("closed")) == 4
    assert AuditEntry.objects.order_by("-pk")[0].action == "withdraw_reopening"
    with pytest.raises(ReopeningSettledError):
        confirm(asked, boss)


def test_a_period_waits_for_one_reopening_at_a_time(fin: User, boss: User) -> None:
    close_all(QUARTER)
    ask(fin)
    before = everything()

    with pytest.raises(ReopeningWaitsError, match="Fin has asked to reopen 2026-Q1 already"):
        ask(boss)

    assert everything() == before


def test_a_request_that_another_one_answers_is_settled_with_it(fin: User, boss: User) -> None:
    close_all(QUARTER)
    group, shop = ask(fin, "GROUP"), ask(fin, "SHOP")

    confirm(shop, boss)

    assert waiting_requests() == []
    assert Reopening.objects.get(pk=group[0].pk).is_confirmed


@pytest.mark.parametrize("reason", ["", " \n"])
def test_asking_needs_a_reason(fin: User, reason: str) -> None:
    close_all(QUARTER)
    before = everything()

    with pytest.raises(ReasonMissingError):
        ask_reopening(
            period=period(QUARTER), entity=entity("SHOP"), by=fin, reason=reason, path="form"
        )

    assert everything() == before


@pytest.mark.parametrize("code", ["SHOP", None])
def test_what_is_not_closed_cannot_be_reopened(fin: User, code: str | None) -> None:
    with pytest.raises(PeriodNotClosedError, match="2026-Q1 is not closed"):
        ask(fin, code)

    assert not Reopening.objects.exists()


def test_a_period_goes_into_review_with_those_inside_and_back(fin: User) -> None:
    changed = begin_review(period=period(QUARTER), entity=entity("SHOP"), by=fin, path="form")

    inside = {(label, "SHOP") for label in (*MONTHS, QUARTER)}
    assert (changed, standing("in_review")) == (4, inside)
    assert end_review(period=period(QUARTER), entity=entity("SHOP"), by=fin, path="form") == 4
    assert standing("open") == inside
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["begin_review"] * 4 + ["end_review"] * 4


def test_review_of_all_leaves_out_what_is_closed_or_not_active(fin: User) -> None:
    close("PLANT", "2026-01")
    Entity.objects.filter(code="OFFICE").update(active_from="2026-02-01")

    begin_review(period=period("2026-01"), entity=None, by=fin, path="form")

    assert standing("in_review") == {("2026-01", "GROUP"), ("2026-01", "SHOP")}
    assert standing("closed") == {("2026-01", "PLANT")}


def test_review_neither_begins_nor_ends_twice(fin: User) -> None:
    begin_review(period=period(QUARTER), entity=None, by=fin, path="form")

    with pytest.raises(PeriodStateError):
        begin_review(period=period(QUARTER), entity=None, by=fin, path="form")
    end_review(period=period(QUARTER), entity=None, by=fin, path="form")
    with pytest.raises(PeriodStateError):
        end_review(period=period(QUARTER), entity=None, by=fin, path="form")
