"""Figures: revisions, what counts, reasons, locks, conflicts, trail and recompute requests."""

from decimal import Decimal

import pytest

from kpis.errors import FigureChangedError, PeriodLockedError, ReasonMissingError
from kpis.models import KPI, Actual, ActualRevision, PeriodState
from organisation.models import AuditEntry, Entity, RecomputeRequest
from tests.factories import cell, figure, make_kpi, make_organisation, make_person, period, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def stock() -> KPI:
    make_organisation()
    return make_kpi("STOCK")


def counted(kpi: KPI, label: str) -> Decimal | None:
    revision = cell(kpi, label).counted
    return revision.value if revision else None


def test_a_first_figure_counts_and_asks_for_its_scores(stock: KPI) -> None:
    assert record(figure(stock, "2026-Q1", "12.5")) == 1

    assert counted(stock, "2026-Q1") == Decimal("12.5")
    request = RecomputeRequest.objects.get()
    assert (request.kind, request.key, request.entity_key) == ("actual", "STOCK", "GROUP")


def test_the_same_figure_again_writes_nothing(stock: KPI) -> None:
    record(figure(stock, "2026-Q1", "12.5"))

    assert record(figure(stock, "2026-Q1", "12.50")) == 0

    assert ActualRevision.objects.count() == 1
    assert AuditEntry.objects.count() == 1


def test_a_draft_counts_nowhere_and_asks_for_nothing(stock: KPI) -> None:
    record(figure(stock, "2026-Q1", "12", status="draft"))

    assert counted(stock, "2026-Q1") is None
    assert not RecomputeRequest.objects.exists()


def test_a_draft_beside_a_counted_figure_leaves_it_counting(stock: KPI) -> None:
    record(figure(stock, "2026-Q1", "12"))

    record(figure(stock, "2026-Q1", "13", status="draft"))
    again = record(figure(stock, "2026-Q1", "13", status="draft"))

    assert counted(stock, "2026-Q1") == 12
    draft = cell(stock, "2026-Q1").draft
    assert draft is not None
    assert (draft.value, draft.number) == (Decimal(13), 2)
    assert again == 0


def test_submitting_makes_the_newest_revision_count_and_clears_the_draft(stock: KPI) -> None:
    record(figure(stock, "2026-Q1", "12"))
    record(figure(stock, "2026-Q1", "13", status="draft"))

    record(figure(stock, "2026-Q1", "13", status="submitted", why="Recount"), path="form")

    assert counted(stock, "2026-Q1") == 13
    assert cell(stock, "2026-Q1").draft is None
    assert [revision.number for revision in ActualRevision.objects.all()] == [1, 2, 3]


def test_an_empty_revision_takes_the_figure_out_of_the_count(stock: KPI) -> None:
    record(figure(stock, "2026-Q1", "12"))

    record(figure(stock, "2026-Q1", None, status="submitted", why="Typed by mistake"), path="form")

    assert counted(stock, "2026-Q1") is None
    assert cell(stock, "2026-Q1").counted is not None


def test_nothing_typed_into_an_empty_cell_makes_no_cell(stock: KPI) -> None:
    assert record(figure(stock, "2026-Q1", None)) == 0

    assert not Actual.objects.exists()


def test_a_counted_figure_changes_by_form_only_with_a_reason(stock: KPI) -> None:
    record(figure(stock, "2026-Q1", "12"))
    before = AuditEntry.objects.count()

    with pytest.raises(ReasonMissingError, match="Say why"):
        record(figure(stock, "2026-Q1", "13", status="submitted", why="  "), path="form")

    assert counted(stock, "2026-Q1") == 12
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("state", ["in_review", "closed"])
def test_a_period_that_is_not_open_refuses_a_figure(stock: KPI, state: str) -> None:
    PeriodState.objects.create(period=period("2026-Q1"), entity=Entity.objects.get(), state=state)

    with pytest.raises(PeriodLockedError, match="nothing was saved"):
        record(
            figure(stock, "2026-Q2", "1", status="submitted"),
            figure(stock, "2026-Q1", "12", status="submitted"),
            path="form",
        )

    assert not ActualRevision.objects.exists()
    assert record(figure(stock, "2026-Q2", "12", status="submitted"), path="form") == 1


def test_an_import_may_write_into_review_but_never_into_a_closed_period(stock: KPI) -> None:
    state = PeriodState.objects.create(
        period=period("2026-Q1"), entity=Entity.objects.get(), state="in_review"
    )
    assert record(figure(stock, "2026-Q1", "12")) == 1

    state.state = "closed"
    state.save()
    with pytest.raises(PeriodLockedError):
        record(figure(stock, "2026-Q1", "13"))

    assert counted(stock, "2026-Q1") == 12


def test_a_figure_that_somebody_else_changed_meanwhile_is_refused_with_both_values(
    stock: KPI,
) -> None:
    record(figure(stock, "2026-Q1", "12"))
    other = make_person("other@example.com")
    record(figure(stock, "2026-Q1", "14"), by=other)

    with pytest.raises(FigureChangedError) as refusal:
        record(figure(stock, "2026-Q1", "13", status="draft", based_on=1), path="form")

    (conflict,) = refusal.value.conflicts
    assert (conflict.value, conflict.by) == (Decimal(14), "Other")
    assert counted(stock, "2026-Q1") == 14


def test_the_same_figure_as_the_other_persons_is_no_conflict(stock: KPI) -> None:
    record(figure(stock, "2026-Q1", "12"))

    assert record(figure(stock, "2026-Q1", "12", based_on=0)) == 0


def test_the_trail_tells_who_from_to_why_and_by_which_path(stock: KPI) -> None:
    head = make_person("head@example.com")
    record(figure(stock, "2026-Q1", "12"))

    record(figure(stock, "2026-Q1", "13", status="submitted", why="Recount"), by=head, path="form")

    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.actor, entry.path, entry.why) == (head, "form", "Recount")
    assert entry.before == {"value": "12", "status": "approved"}
    assert entry.after == {"value": "13", "status": "submitted"}
    assert entry.subject_key == "STOCK GROUP 2026-Q1"


def test_very_many_series_ask_for_everything_once(stock: KPI) -> None:
    others = [make_kpi(f"K{number}") for number in range(201)]

    record(*[figure(kpi, "2026-Q1", "1") for kpi in others])

    assert [request.kind for request in RecomputeRequest.objects.all()] == ["all"]


def test_fifteen_digits_come_back_as_they_were_typed(stock: KPI) -> None:
    record(
        figure(stock, "2026-Q1", "123456789012345"), figure(stock, "2026-Q2", "0.123456789012345")
    )

    assert counted(stock, "2026-Q1") == Decimal(123456789012345)
    assert counted(stock, "2026-Q2") == Decimal("0.123456789012345")
