"""Approve or return submitted figures: never one's own, never in a closed period."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from kpis.errors import ReasonMissingError
from kpis.models import Actual, ActualRevision, Review
from kpis.services import review_rules
from kpis.services.review_rules import BATCH, Waiting
from organisation.models import User
from organisation.services import recompute, trail

Status = ActualRevision.Status


@transaction.atomic
def approve_figures(*, revisions: Collection[int], by: User, path: str, why: str = "") -> int:
    """Approve submitted revisions, by their keys, all or none; return how many.

    Raises PeriodLockedError, FigureNotWaitingError or OwnFigureError.
    """
    waiting = review_rules.lock_waiting(revisions, by=by)
    for start in range(0, len(waiting), BATCH):
        keys = [one.revision.pk for one in waiting[start : start + BATCH]]
        ActualRevision.objects.filter(pk__in=keys).update(status=Status.APPROVED)
    _settle(waiting, Review.Decision.APPROVED, by=by, path=path, why=why)
    return len(waiting)


@transaction.atomic
def return_figures(*, revisions: Collection[int], by: User, path: str, reason: str) -> int:
    """Return submitted revisions to their department with a reason, all or none.

    Each becomes a draft again, and the figure that counted before it, if any, counts again.
    """
    reason = reason.strip()
    if not reason:
        message = "Say why the figure goes back: its department reads the reason."
        raise ReasonMissingError(message)
    waiting = review_rules.lock_waiting(revisions, by=by)
    for start in range(0, len(waiting), BATCH):
        _return_batch(waiting[start : start + BATCH])
    _settle(waiting, Review.Decision.RETURNED, by=by, path=path, why=reason)
    return len(waiting)


def _return_batch(waiting: Sequence[Waiting]) -> None:
    """Make revisions drafts, then let each cell point at what counted before."""
    ActualRevision.objects.filter(pk__in=[one.revision.pk for one in waiting]).update(
        status=Status.DRAFT
    )
    counted = ActualRevision.objects.filter(actual=OuterRef("pk")).exclude(status=Status.DRAFT)
    latest = Subquery(counted.order_by("-number").values("pk")[:1])
    cells = Actual.objects.filter(pk__in=[one.revision.actual_id for one in waiting])
    cells.update(counted=latest)
    # A draft begun since stays the newest; otherwise the returned revision is the draft.
    drafts = ActualRevision.objects.filter(actual=OuterRef("pk"), status=Status.DRAFT)
    newest = Subquery(drafts.order_by("-number").values("pk")[:1])
    cells.filter(draft=None).update(draft=newest)


def _settle(
    waiting: Sequence[Waiting], decision: Review.Decision, *, by: User, path: str, why: str
) -> None:
    """Write the decisions and the trail, and ask for the scores that they reach."""
    now = timezone.now()
    Review.objects.bulk_create(
        [
            Review(revision=one.revision, decision=decision, why=why, by=by, at=now)
            for one in waiting
        ],
        batch_size=500,
    )
    after = Status.APPROVED if decision == Review.Decision.APPROVED else Status.DRAFT
    trail.record_many(
        [
            trail.Written(
                action=f"{decision}_actual",
                subject_kind="actual",
                subject_key=one.label,
                before={"value": one.revision.value, "status": Status.SUBMITTED},
                after={"value": one.revision.value, "status": after},
                why=why,
            )
            for one in waiting
        ],
        actor=by,
        path=path,
    )
    reached = {recompute.Change("actual", one.kpi_code, one.entity_code) for one in waiting}
    recompute.request_recomputes(reached, by=by, why=f"Figures {decision}")
