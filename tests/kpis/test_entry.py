"""Entry sheets as a department's head, finance and an auditor meet them in the browser."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from kpis.models import KPI, Actual, ActualRevision, PeriodState
from kpis.selectors.due import period_to_enter, sheets_due
from organisation.models import Department, Entity, RecomputeRequest, User
from tests.factories import (
    cell,
    figure,
    link,
    make_department,
    make_entity,
    make_kpi,
    make_objective,
    make_organisation,
    make_person,
    period,
    record,
)

pytestmark = pytest.mark.django_db
SHEET = "/enter/OPS/?period=2026-Q1"


@pytest.fixture
def stock() -> KPI:
    make_organisation()
    kpi = make_kpi("STOCK")
    link(make_objective("GOAL"), kpi.node)
    return kpi


@pytest.fixture
def head(stock: KPI, client: Client) -> User:
    person = make_person("head@example.com", "department_head", department="OPS")
    client.force_login(person)
    return person


def words(content: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", content).split())


def typed_in(kpi: KPI, **fields: str) -> dict[str, str]:
    """Give what a browser sends of one cell."""
    prefix = f"{kpi.pk}-{Entity.objects.get(code='GROUP').pk}"
    return {f"{prefix}-{name}": value for name, value in fields.items()}


def test_a_sheet_shows_what_is_owed_and_what_it_serves(head: User, client: Client) -> None:
    page = client.get(SHEET).content.decode()

    assert "Department OPS: 1 of 1 figure to go for Q1 FY26" in page
    assert "Objective GOAL" in page
    assert 'aria-label="KPI STOCK, Group"' in page


def test_a_draft_is_kept_and_counts_nowhere(head: User, stock: KPI, client: Client) -> None:
    answer = client.post(SHEET, typed_in(stock, figure="1,250", seen="0") | {"action": "draft"})

    assert answer.status_code == 302
    assert answer.headers["Location"] == SHEET
    assert cell(stock, "2026-Q1").counted is None
    page = client.get(SHEET).content.decode()
    assert 'value="1,250"' in page
    assert "not submitted" in page


def test_a_submitted_figure_counts_with_its_comment(head: User, stock: KPI, client: Client) -> None:
    sent = typed_in(stock, figure="1,250", comment="Count of 31 March", seen="0")
    answer = client.post(SHEET, sent | {"action": "submit"}, follow=True)

    assert "1 figure submitted" in answer.content.decode()
    revision = cell(stock, "2026-Q1").counted
    assert revision is not None
    assert (revision.value, revision.status) == (Decimal(1250), "submitted")
    assert (revision.by, revision.path, revision.comment) == (head, "form", "Count of 31 March")
    assert RecomputeRequest.objects.get().key == "STOCK"


def test_a_counted_figure_changes_only_with_a_reason_that_stays(
    head: User, stock: KPI, client: Client
) -> None:
    record(figure(stock, "2026-Q1", "1250"))
    sent = typed_in(stock, figure="1300", seen="1") | {"action": "submit"}

    refused = client.post(SHEET, sent)
    assert refused.status_code == 200
    assert "Say why it changes" in refused.content.decode()
    assert 'value="1300"' in refused.content.decode()
    assert ActualRevision.objects.count() == 1

    answer = client.post(SHEET, sent | typed_in(stock, why="Recount after audit"))
    assert answer.status_code == 302
    revision = cell(stock, "2026-Q1").counted
    assert revision is not None
    assert (revision.value, revision.why) == (Decimal(1300), "Recount after audit")


def test_the_reason_of_a_draft_is_there_when_it_is_submitted(
    head: User, stock: KPI, client: Client
) -> None:
    record(figure(stock, "2026-Q1", "80"))
    typed = typed_in(stock, figure="90", why="Recount", seen="1")
    client.post(SHEET, typed | {"action": "draft"})

    assert 'value="Recount"' in client.get(SHEET).content.decode()


def test_what_cannot_be_read_stays_as_typed_and_nothing_is_saved(
    head: User, stock: KPI, client: Client
) -> None:
    other = make_kpi("OTHER")
    sent = typed_in(stock, figure="12x", seen="0") | typed_in(other, figure="7", seen="0")

    answer = client.post(SHEET, sent | {"action": "submit"})

    page = answer.content.decode()
    assert "is not a number" in page
    assert 'value="12x"' in page
    assert "<title>Error:" in page
    assert re.search(r'role="alert"[^>]*\bautofocus\b', page)
    assert not Actual.objects.exists()


def test_a_head_is_not_told_that_a_sheet_without_figures_is_somebody_elses(
    head: User, client: Client
) -> None:
    page = client.get("/enter/OPS/?period=2026").content.decode()

    assert "Department OPS enters nothing for FY26" in page
    assert "entered by the department" not in page


def test_one_figure_is_told_of_as_one(head: User, stock: KPI, client: Client) -> None:
    one = typed_in(stock, figure="1200", seen="0") | {"action": "submit"}

    page = client.post(SHEET, one, follow=True).content.decode()

    assert "1 figure submitted. The scores that rest on it are being recalculated." in page


def test_somebody_elses_figure_is_shown_beside_ones_own(
    head: User, stock: KPI, client: Client
) -> None:
    record(figure(stock, "2026-Q1", "100"), by=make_person("finance@example.com"))
    sent = typed_in(stock, figure="90", seen="0", why="Mine") | {"action": "submit"}

    refused = client.post(SHEET, sent).content.decode()
    assert "Finance wrote 100" in refused
    assert 'value="90"' in refused
    assert ActualRevision.objects.count() == 1

    kept = client.post(SHEET, sent | typed_in(stock, seen="1"))
    assert kept.status_code == 302
    counted = cell(stock, "2026-Q1").counted
    assert counted is not None
    assert counted.value == 90


def test_who_is_overtaken_by_the_first_figure_reads_both_before_the_reason_is_asked_for(
    head: User, stock: KPI, client: Client
) -> None:
    other = make_person("other@example.com", "department_head", department="OPS")
    record(figure(stock, "2026-Q1", "80"), by=other, path="form")

    sent = typed_in(stock, figure="90", seen="0") | {"action": "submit"}
    content = client.post(SHEET, sent).content.decode()

    assert "Other wrote 80 meanwhile; yours is 90" in content
    assert "This figure already counts. Say why" not in content
    assert re.search(
        r'<tr class="msg ask"\s+data-reason-for', content
    )  # open, also without scripts


def test_sending_the_same_sheet_twice_saves_it_once(head: User, stock: KPI, client: Client) -> None:
    sent = typed_in(stock, figure="90", seen="0") | {"action": "submit"}
    client.post(SHEET, sent)

    again = client.post(SHEET, sent, follow=True)

    assert "Nothing has changed" in again.content.decode()
    assert ActualRevision.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "did"), [("closed", "closed it"), ("in_review", "put it in review")]
)
def test_what_is_typed_while_the_period_is_locked_is_refused_and_shown(
    head: User, stock: KPI, client: Client, state: str, did: str
) -> None:
    fin = make_person("fin@example.com", "finance_admin")
    at = datetime(2026, 4, 8, 14, 2, tzinfo=UTC)
    PeriodState.objects.create(
        period=period("2026-Q1"),
        entity=Entity.objects.get(),
        state=state,
        changed_by=fin,
        changed_at=at,
    )

    sent = typed_in(stock, figure="9x", comment="Recount", seen="0") | {"action": "submit"}
    answer = client.post(SHEET, sent)

    assert not Actual.objects.exists()
    content = words(answer.content.decode())
    assert f"nothing was saved. Fin {did} on 8 Apr 2026 14:02. Ask Fin to" in content
    assert "KPI STOCK, Group: you typed 9x, with the comment “Recount”" in content


def test_a_closed_cell_that_was_left_alone_stands_in_nobodys_way(
    head: User, stock: KPI, client: Client
) -> None:
    make_entity("SHOP")
    open_one = make_kpi("SALES", entities=("SHOP",))
    record(figure(stock, "2026-Q1", "80"))
    PeriodState.objects.create(
        period=period("2026-Q1"), entity=Entity.objects.get(code="GROUP"), state="closed"
    )
    shop = f"{open_one.pk}-{Entity.objects.get(code='SHOP').pk}"
    typed = typed_in(stock, figure="80", comment="", seen="1") | {f"{shop}-figure": "5"}

    answer = client.post(SHEET, typed | {"action": "submit"})

    assert answer.status_code == 302
    counted = cell(open_one, "2026-Q1", entity="SHOP").counted
    assert counted is not None
    assert counted.value == 5


def test_one_closed_entity_keeps_nothing_of_the_sheet_from_being_told(
    head: User, stock: KPI, client: Client
) -> None:
    make_entity("SHOP")
    open_one = make_kpi("SALES", entities=("SHOP",))
    PeriodState.objects.create(
        period=period("2026-Q1"), entity=Entity.objects.get(code="GROUP"), state="closed"
    )
    shop = f"{open_one.pk}-{Entity.objects.get(code='SHOP').pk}"

    answer = client.post(SHEET, typed_in(stock, figure="80", seen="0") | {f"{shop}-figure": "5"})

    content = answer.content.decode()
    assert "is closed for Group: nothing was saved" in content
    assert 'value="5"' in content
    assert not Actual.objects.exists()


def test_fields_that_are_not_in_the_sheet_are_left_alone(
    head: User, stock: KPI, client: Client
) -> None:
    foreign = make_kpi("REVENUE", department="SALES")
    sent = typed_in(foreign, figure="5", seen="0") | typed_in(stock, figure="9", status="approved")

    client.post(SHEET, sent | {"action": "submit"})

    assert [actual.kpi for actual in Actual.objects.all()] == [stock]
    assert ActualRevision.objects.get().status == "submitted"


def test_a_head_sees_only_the_entities_within_reach(stock: KPI, client: Client) -> None:
    make_entity("NORTH")
    make_entity("SOUTH")
    make_kpi("LOCAL", entities=("NORTH", "SOUTH"))
    person = make_person("n@example.com", "department_head", department="OPS", entity="NORTH")
    client.force_login(person)

    page = client.get(SHEET).content.decode()

    assert "KPI LOCAL, North" in page
    assert "KPI LOCAL, South" not in page
    assert "KPI STOCK" not in page


def test_a_consolidated_figure_is_not_asked_for(head: User, client: Client) -> None:
    make_entity("NORTH")
    make_kpi("SUMMED", entity_rollup="sum", entities=("GROUP", "NORTH"))

    page = client.get(SHEET).content.decode()

    assert "KPI SUMMED, North" in page
    assert "KPI SUMMED, Group" not in page


def test_a_calculated_kpi_is_not_asked_for(head: User, client: Client) -> None:
    make_kpi("DOUBLE", formula="STOCK * 2", time_rollup="formula")

    page = client.get(SHEET).content.decode()

    assert "KPI DOUBLE, Group" not in page
    assert "moves KPI DOUBLE" in page


def test_an_auditor_reads_and_never_writes(stock: KPI, client: Client) -> None:
    client.force_login(make_person("auditor@example.com", "auditor"))

    assert 'class="figure"' not in client.get(SHEET).content.decode()
    refused = client.post(SHEET, typed_in(stock, figure="1", seen="0") | {"action": "submit"})

    assert refused.status_code == 403
    assert not Actual.objects.exists()


def test_a_head_with_one_sheet_comes_straight_to_it(head: User, client: Client) -> None:
    assert client.get("/enter/").headers["Location"] == "/enter/OPS/"


def test_finance_gets_the_list_of_sheets(stock: KPI, client: Client) -> None:
    make_kpi("REVENUE", department="SALES")
    client.force_login(make_person("finance@example.com", "finance_admin"))
    record(figure(stock, "2026-Q1", "1"))

    with time_machine.travel(date(2026, 2, 1)):
        page = client.get("/enter/").content.decode()

    assert "1 of 2 entry sheets waits for figures" in page


def test_a_department_enters_the_earliest_period_with_a_gap(head: User, stock: KPI) -> None:
    other = make_kpi("OTHER")
    record(figure(stock, "2026-Q1", "1"))
    ops, today = Department.objects.get(code="OPS"), date(2026, 5, 1)

    assert period_to_enter(head, ops, today) == period("2026-Q1")
    record(figure(other, "2026-Q1", "1"))
    assert period_to_enter(head, ops, today) == period("2026-Q2")
    assert period_to_enter(head, ops, date(2026, 3, 31)) == period("2026-Q1")


def test_due_sheets_take_the_same_queries_however_many_departments(
    head: User, stock: KPI, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    finance = make_person("finance@example.com", "finance_admin")
    record(figure(stock, "2026-Q1", "1"))
    sheets_due(finance, [make_department("OPS")], date(2026, 5, 1))
    departments = [make_department("OPS"), *(make_department(f"D{n}") for n in range(3))]
    for department in departments[1:]:
        make_kpi(f"K-{department.code}", department=department.code)

    with django_assert_num_queries(14):
        due = sheets_due(finance, departments, date(2026, 5, 1))

    assert {(sheet.department.code, sheet.missing_count) for sheet in due} == {
        ("OPS", 0),
        ("OPS", 1),
        ("D0", 1),
        ("D1", 1),
        ("D2", 1),
    }


def test_figures_stand_in_full_beside_last_year_and_the_target(
    head: User, stock: KPI, client: Client
) -> None:
    record(figure(stock, "2026-Q1", "4695000000.5"))

    page = client.get("/enter/OPS/?period=2026-Q2").content.decode()

    assert "4,695,000,000.5" in page
    assert Decimal("4695000000.5") == cell(stock, "2026-Q1").counted.value  # type: ignore[union-attr]


def test_a_withdrawn_figure_can_be_entered_again(head: User, stock: KPI, client: Client) -> None:
    record(figure(stock, "2026-Q1", "5"))
    gone = typed_in(stock, figure="", seen="1", why="Wrong quarter") | {"action": "submit"}
    client.post(SHEET, gone)

    again = client.post(SHEET, typed_in(stock, figure="6", seen="2") | {"action": "submit"})

    assert again.status_code == 302
    counted = cell(stock, "2026-Q1").counted
    assert counted is not None
    assert counted.value == 6


def test_a_stale_sheet_leaves_what_others_changed_in_untouched_cells(
    head: User, stock: KPI, client: Client
) -> None:
    other = make_kpi("OTHER")
    record(figure(stock, "2026-Q1", "5"))
    record(figure(stock, "2026-Q1", "6", comment="Recount"), by=make_person("b@example.com"))
    untouched = typed_in(stock, figure="5", comment="", seen="1")

    answer = client.post(
        SHEET, untouched | typed_in(other, figure="9", seen="0") | {"action": "submit"}
    )

    assert answer.status_code == 302
    counted = cell(stock, "2026-Q1").counted
    assert counted is not None
    assert (counted.value, counted.comment) == (Decimal(6), "Recount")
    assert cell(other, "2026-Q1").counted is not None


def test_keeping_ones_own_figure_empties_nothing_that_others_entered_beside_it(
    head: User, stock: KPI, client: Client
) -> None:
    beside = make_kpi("BESIDE")
    other = make_person("other@example.com", "department_head", department="OPS")
    theirs = [figure(one, "2026-Q1", "80", status="draft") for one in (stock, beside)]
    record(*theirs, by=other, path="form")
    sent = typed_in(stock, figure="90", seen="0") | typed_in(beside, figure="", seen="0")

    page = client.post(SHEET, sent | {"action": "draft"}).content.decode()
    fields = re.findall(r'<input type="(?:text|hidden)" name="(\S+)"(?: value="([^"]*)")?', page)
    client.post(SHEET, dict(fields) | {"action": "draft"})

    assert "Other wrote 80 meanwhile; yours is 90" in page
    assert [
        held.draft and held.draft.value
        for held in (cell(one, "2026-Q1") for one in (stock, beside))
    ] == [90, 80]


def test_a_comment_somebody_else_wrote_meanwhile_is_not_overwritten(
    head: User, stock: KPI, client: Client
) -> None:
    record(figure(stock, "2026-Q1", "5"))
    record(figure(stock, "2026-Q1", "5", comment="Theirs"), by=make_person("b@example.com"))
    sent = typed_in(stock, figure="5", comment="Mine", seen="1") | {"action": "submit"}

    refused = client.post(SHEET, sent)

    assert refused.status_code == 200
    assert "Somebody else changed" in refused.content.decode()
    counted = cell(stock, "2026-Q1").counted
    assert counted is not None
    assert counted.comment == "Theirs"


def test_a_comment_alone_keeps_the_source_and_the_approval(
    head: User, stock: KPI, client: Client
) -> None:
    change = replace(figure(stock, "2026-Q1", "5"), source="Filing 0000097476-26-000101")
    record(change)

    client.post(
        SHEET, typed_in(stock, figure="5", comment="Checked", seen="1") | {"action": "submit"}
    )

    counted = cell(stock, "2026-Q1").counted
    assert counted is not None
    assert (counted.comment, counted.status) == ("Checked", "approved")
    assert counted.source == "Filing 0000097476-26-000101"


def test_a_sheet_of_many_hundred_cells_is_taken_whole(
    head: User, stock: KPI, client: Client
) -> None:
    padding = {f"999-{number}-figure": "" for number in range(1_500)}

    answer = client.post(
        SHEET, padding | typed_in(stock, figure="5", seen="0") | {"action": "draft"}
    )

    assert answer.status_code == 302
    assert cell(stock, "2026-Q1").draft is not None
