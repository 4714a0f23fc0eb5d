"""Decisions of people: who approved what."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Subquery

from kpialign.verifying.fault import Fault
from kpis.models import ActualRevision, Review

Status = ActualRevision.Status
TYPED = ("form", "api")  # ways by which one figure comes in at a time, each with its own entry


def decision_faults() -> Iterator[Fault]:
    """Look at approvals: each by a second person, and on record."""
    yield from _approvals()
    yield from _undone()


def _named(revision: ActualRevision) -> str:
    cell = revision.actual
    return f"{cell.kpi.node.code} {cell.entity.code} {cell.period.label}"


def _approvals() -> Iterator[Fault]:
    rows = ActualRevision.objects.select_related(
        "actual__kpi__node", "actual__entity", "actual__period"
    )
    approvals = Review.objects.filter(decision=Review.Decision.APPROVED, revision=OuterRef("pk"))
    typed = rows.filter(path__in=TYPED, status=Status.APPROVED)
    for row in typed.filter(~Exists(approvals)).iterator():
        if _keeps_approval(row):
            continue
        yield Fault("approval_is_on_record", _named(row), "is approved, and nobody approved it")
    own = approvals.filter(by=OuterRef("by"))
    for row in rows.filter(Exists(own)).iterator():
        yield Fault("approval_is_anothers", _named(row), "was approved by who entered it")


def _keeps_approval(row: ActualRevision) -> bool:
    """Tell whether a save left an approved figure as it was, so that only its comment is new."""
    earlier = ActualRevision.objects.filter(actual=row.actual_id, number__lt=row.number)
    before = earlier.exclude(status=Status.DRAFT).order_by("-number").first()
    return before is not None and before.status == Status.APPROVED and before.value == row.value


def _undone() -> Iterator[Fault]:
    """Look for approved revisions that are something else again: an approval is the last word."""
    last = Review.objects.filter(revision=OuterRef("pk")).order_by("-pk").values("decision")[:1]
    rows = ActualRevision.objects.annotate(last=Subquery(last)).select_related(
        "actual__kpi__node", "actual__entity", "actual__period"
    )
    for row in rows.filter(last=Review.Decision.APPROVED).exclude(status=Status.APPROVED):
        yield Fault("approval_stands", _named(row), f"was approved, and is {row.status} now")
    for row in rows.filter(last=Review.Decision.RETURNED).exclude(status=Status.DRAFT):
        yield Fault("return_stands", _named(row), f"was returned, and is {row.status} now")
