"""Approving and returning figures: whose, when, and what counts afterwards."""

from decimal import Decimal

import pytest

from kpialign.verifying.decisions import decision_faults
from kpis.errors import (
    FigureNotWaitingError,
    OwnFigureError,
    PeriodLockedError,
    ReasonMissingError,
)
from kpis.models import KPI, Actual, ActualRevision, PeriodState, Review
from kpis.services.reviews import approve_figures, return_figures
from organisation.models import AuditEntry, Entity, RecomputeRequest, User
from tests.factories import cell, figure, make_kpi, make_organisation, make_person, period, record

pytestmark = pytest.mark.django_db
QUARTER = "2026-Q1"
Counted = tuple[Decimal | None, str] | None


@pytest.fixture
def stock() -> KPI:
    make_organisation()
    return make_kpi("STOCK")


@pytest.fixture
def head(stock: KPI) -> User:
    return make_person("head@example.com", "department_head", department="OPS")


@pytest.fixture
def fin(stock: KPI) -> User:
    return make_person("fin@example.com", "finance_admin")


def submit(kpi: KPI, value: str | None, by: User | None, **fields: str) -> ActualRevision:
    change = figure(kpi, QUARTER, value, status="submitted", why="Counted again", **fields)  # type: ignore[arg-type]
    record(change, by=by, path="form")
    counted = cell(kpi, QUARTER).counted
    assert counted is not None
    return counted


def approve(revision: ActualRevision, by: User) -> int:
    return approve_figures(revisions=[revision.pk], by=by, path="form")


def send_back(revision: ActualRevision, by: User, reason: str = "Wrong unit") -> int:
    return return_figures(revisions=[revision.pk], by=by, path="form", reason=reason)


def held(kpi: KPI) -> tuple[Counted, Counted]:
    """Return what counts in the cell, and the draft beside it."""
    now = cell(kpi, QUARTER)
    return _told(now.counted), _told(now.draft)


def _told(revision: ActualRevision | None) -> Counted:
    return (revision.value, revision.status) if revision else None


def everything() -> tuple[object, ...]:
    """Return all that a review may change."""
    return (
        list(Actual.objects.values_list("counted", "draft")),
        list(ActualRevision.objects.values_list("pk", "status")),
        Review.objects.count(),
        AuditEntry.objects.count(),
        RecomputeRequest.objects.count(),
    )


def put(state: str, *, label: str = QUARTER) -> None:
    PeriodState.objects.create(
        period=period(label), entity=Entity.objects.get(code="GROUP"), state=state
    )


def test_an_approved_figure_goes_on_counting_as_approved(stock: KPI, head: User, fin: User) -> None:
    revision = submit(stock, "5", head)

    assert approve(revision, fin) == 1

    assert held(stock) == ((Decimal(5), "approved"), None)
    review = Review.objects.get()
    assert (review.revision, review.decision, review.by) == (revision, "approved", fin)


def test_an_approval_stands_in_the_trail_and_asks_for_scores(
    stock: KPI, head: User, fin: User
) -> None:
    revision = submit(stock, "5", head)
    RecomputeRequest.objects.all().delete()

    approve(revision, fin)

    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.subject_key) == ("approved_actual", "STOCK GROUP 2026-Q1")
    assert (entry.actor, entry.path) == (fin, "form")
    assert entry.before == {"value": "5", "status": "submitted"}
    assert entry.after == {"value": "5", "status": "approved"}
    asked = RecomputeRequest.objects.get()
    assert (asked.kind, asked.key, asked.entity_key) == ("actual", "STOCK", "GROUP")


def test_many_figures_are_approved_at_once_or_not_at_all(stock: KPI, head: User, fin: User) -> None:
    other = make_kpi("ORDERS")
    theirs, own = submit(stock, "5", head), submit(other, "6", fin)
    before = everything()

    with pytest.raises(OwnFigureError, match="KPI ORDERS, Group, 2026-Q1: you submitted"):
        approve_figures(revisions=[theirs.pk, own.pk], by=fin, path="form")

    assert everything() == before


def test_a_returned_first_figure_is_a_draft_and_nothing_counts(
    stock: KPI, head: User, fin: User
) -> None:
    revision = submit(stock, "5", head)

    send_back(revision, fin, " Wrong unit ")

    assert held(stock) == (None, (Decimal(5), "draft"))
    review = Review.objects.get()
    assert (review.decision, review.why, review.by) == ("returned", "Wrong unit", fin)


def test_what_counted_before_a_returned_figure_counts_again(
    stock: KPI, head: User, fin: User
) -> None:
    approve(submit(stock, "5", head), fin)

    send_back(submit(stock, "7", head), fin)

    assert held(stock) == ((Decimal(5), "approved"), (Decimal(7), "draft"))


def test_an_earlier_returned_figure_never_counts_again(stock: KPI, head: User, fin: User) -> None:
    approve(submit(stock, "5", head), fin)
    send_back(submit(stock, "7", head), fin)

    send_back(submit(stock, "8", head), fin)

    assert held(stock) == ((Decimal(5), "approved"), (Decimal(8), "draft"))


def test_a_draft_begun_since_stays_the_draft_when_the_figure_is_returned(
    stock: KPI, head: User, fin: User
) -> None:
    revision = submit(stock, "5", head)
    record(figure(stock, QUARTER, "6", status="draft"), by=head, path="form")

    send_back(revision, fin)

    assert held(stock) == (None, (Decimal(6), "draft"))


def test_a_return_stands_in_the_trail_with_its_reason(stock: KPI, head: User, fin: User) -> None:
    send_back(submit(stock, "5", head), fin)

    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.why) == ("returned_actual", "Wrong unit")
    assert entry.after == {"value": "5", "status": "draft"}


def test_a_returned_figure_counts_again_once_it_is_submitted_again(
    stock: KPI, head: User, fin: User
) -> None:
    send_back(submit(stock, "5", head), fin)

    submit(stock, "5", head)

    assert held(stock) == ((Decimal(5), "submitted"), None)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_return_needs_a_reason(stock: KPI, head: User, fin: User, reason: str) -> None:
    revision = submit(stock, "5", head)
    before = everything()

    with pytest.raises(ReasonMissingError):
        send_back(revision, fin, reason)

    assert everything() == before


@pytest.mark.parametrize("review", [approve, send_back])
def test_nobody_reviews_a_figure_of_their_own(stock: KPI, fin: User, review: object) -> None:
    revision = submit(stock, "5", fin)
    before = everything()

    with pytest.raises(OwnFigureError):
        review(revision, fin)  # type: ignore[operator]

    assert everything() == before


def test_another_persons_comment_makes_ones_own_figure_no_other(
    stock: KPI, head: User, fin: User
) -> None:
    submit(stock, "5", fin)
    revision = submit(stock, "5", head, comment="Seen")

    with pytest.raises(OwnFigureError):
        approve(revision, fin)


def test_a_figure_of_ones_own_that_somebody_else_changed_is_theirs(
    stock: KPI, head: User, fin: User
) -> None:
    submit(stock, "5", fin)

    assert approve(submit(stock, "6", head), fin) == 1


@pytest.mark.parametrize("review", [approve, send_back])
@pytest.mark.parametrize("label", [QUARTER, "2026"])
def test_a_figure_of_a_closed_period_stays(
    stock: KPI, head: User, fin: User, review: object, label: str
) -> None:
    revision = submit(stock, "5", head)
    put("closed", label=label)
    before = everything()

    with pytest.raises(PeriodLockedError, match="2026-Q1 is closed for Group"):
        review(revision, fin)  # type: ignore[operator]

    assert everything() == before


def test_figures_of_a_period_in_review_are_approved_and_returned(
    stock: KPI, head: User, fin: User
) -> None:
    other = make_kpi("ORDERS")
    good, bad = submit(stock, "5", head), submit(other, "6", head)
    put("in_review")

    assert (approve(good, fin), send_back(bad, fin)) == (1, 1)


def test_a_figure_that_changed_meanwhile_is_not_approved(stock: KPI, head: User, fin: User) -> None:
    seen = submit(stock, "5", head)
    submit(stock, "6", head)
    before = everything()

    with pytest.raises(FigureNotWaitingError, match="was changed meanwhile by Head"):
        approve(seen, fin)

    assert everything() == before


def test_a_figure_is_settled_once(stock: KPI, head: User, fin: User) -> None:
    approved, other = submit(stock, "5", head), make_kpi("ORDERS")
    returned = submit(other, "6", head)
    approve(approved, fin)
    send_back(returned, fin)

    with pytest.raises(FigureNotWaitingError, match="was approved meanwhile"):
        send_back(approved, fin)
    with pytest.raises(FigureNotWaitingError, match="was returned meanwhile"):
        approve(returned, fin)


def test_a_draft_cannot_be_approved(stock: KPI, head: User, fin: User) -> None:
    record(figure(stock, QUARTER, "5", status="draft"), by=head, path="form")

    with pytest.raises(FigureNotWaitingError, match="it is a draft"):
        approve(ActualRevision.objects.get(), fin)


def test_nothing_and_what_is_not_there_cannot_be_approved(fin: User) -> None:
    with pytest.raises(FigureNotWaitingError, match="No figure was chosen"):
        approve_figures(revisions=[], by=fin, path="form")
    with pytest.raises(FigureNotWaitingError, match="no longer there"):
        approve_figures(revisions=[987654], by=fin, path="form")


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (
            "in_review",
            "2026-Q1 is in review for Group: nothing was saved. .* Ask Fin to put it back",
        ),
        ("closed", "2026-Q1 is closed for Group: nothing was saved. .* Ask Fin to reopen it"),
    ],
)
def test_a_head_reads_whom_to_ask_where_figures_stay(
    stock: KPI, head: User, fin: User, state: str, told: str
) -> None:
    put(state)

    with pytest.raises(PeriodLockedError, match=told):
        record(figure(stock, QUARTER, "5", status="draft"), by=head, path="form")


def test_a_comment_on_an_approved_figure_stands_in_the_trail_as_what_it_is(
    stock: KPI, head: User, fin: User
) -> None:
    approve(submit(stock, "5", head), fin)

    record(figure(stock, QUARTER, "5", comment="Recounted"), by=head, path="form")

    assert held(stock) == ((Decimal(5), "approved"), None)
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.actor) == ("comment_actual", head)


def test_reviews_and_comments_leave_nothing_for_verify_to_find(
    stock: KPI, head: User, fin: User
) -> None:
    approve(submit(stock, "5", head), fin)
    record(figure(stock, QUARTER, "5", comment="Recounted"), by=head, path="form")
    send_back(submit(stock, "6", head), fin)

    assert list(decision_faults()) == []
