"""Decisions of people: who approved what, who reopened what, and that the trail tells of it."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef

from kpialign.verifying.fault import Fault
from kpis.models import ActualRevision, Reopening, Review
from organisation.models import AuditEntry

Status = ActualRevision.Status
TYPED = ("form", "api")  # ways by which one figure comes in at a time, each with its own entry
SAVES = ("draft_actual", "submitted_actual", "comment_actual")  # reviews have their own entries


def decision_faults() -> Iterator[Fault]:
    """Look at approvals, reopenings and the entries of figures that were typed."""
    yield from _approvals()
    yield from _reopenings()
    yield from _entries()


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


def _reopenings() -> Iterator[Fault]:
    alone = Reopening.objects.filter(is_confirmed=True, asked_by=F("settled_by"))
    for row in alone.select_related("period", "entity"):
        named = f"{row.period.label} {row.entity.code}"
        yield Fault("reopening_takes_two_people", named, "was asked and confirmed by one person")


def _entries() -> Iterator[Fault]:
    """Count the saves of each cell that people typed, and the entries that tell of them."""
    fields = ("actual__kpi__node__code", "actual__entity__code", "actual__period__label")
    saves = Counter(
        " ".join(cell)
        for cell in ActualRevision.objects.filter(path__in=TYPED).values_list(*fields)
    )
    entries = Counter(
        AuditEntry.objects.filter(action__in=SAVES, path__in=TYPED).values_list(
            "subject_key", flat=True
        )
    )
    for cell in sorted({*saves, *entries}):
        if saves[cell] != entries[cell]:
            told = f"{saves[cell]} saves, and the trail tells of {entries[cell]}"
            yield Fault("figures_are_in_the_trail", cell, told)
