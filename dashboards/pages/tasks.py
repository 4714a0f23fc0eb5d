"""What waits for a person beside their sheets: returned figures, reviews, closes, reopenings."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from dashboards.selectors.context import name_of
from dashboards.selectors.waiting import Waiting
from kpialign.styles import moment
from kpis.models import Review


@dataclass(frozen=True)
class TaskRow:
    """One thing that waits, and the place where it is done."""

    told: str
    note: str
    button: str
    address: str


def returned_rows(waiting: Waiting) -> list[TaskRow]:
    """Tell of the figures that finance sent back, each with a way to its place in its sheet."""
    return [_returned(one) for one in waiting.returned]


def _returned(review: Review) -> TaskRow:
    cell = review.revision.actual
    address = reverse("entry_sheet", args=[cell.kpi.department.code])
    query = urlencode({"period": cell.period.label})
    return TaskRow(
        told=f"Returned: {cell.kpi.name}, {cell.entity.name}, {name_of(cell.period)}",
        note=f"{review.why} ({review.by}, {moment(review.at)})",
        button="Mend the figure",
        address=f"{address}?{query}#cell-{cell.kpi_id}-{cell.entity_id}",
    )


def task_rows(waiting: Waiting) -> list[TaskRow]:
    """Tell of reviews, the next close, and reopenings to confirm."""
    rows = []
    if waiting.review_count:
        figures = "1 figure" if waiting.review_count == 1 else f"{waiting.review_count} figures"
        note = "submitted, and not approved yet"
        rows.append(TaskRow(f"{figures} to review", note, "Review", reverse("review")))
    if waiting.closing is not None:
        rows.append(_close(waiting))
    for one in waiting.requests:
        told = f"Reopening of {name_of(one.period)} waits for your confirmation"
        note = f"{one.whom}: {one.reason} (asked by {one.asked_by})"
        rows.append(TaskRow(told, note, "Look at it", reverse("period", args=[one.period.label])))
    return rows


def _close(waiting: Waiting) -> TaskRow:
    assert waiting.closing is not None
    period, gap_count = waiting.closing.period, waiting.closing.gap_count
    address = reverse("period", args=[period.label])
    if not gap_count:
        note = "every figure is in and approved"
        return TaskRow(f"{name_of(period)} can be closed", note, "Close it", address)
    gaps = "1 gap" if gap_count == 1 else f"{gap_count} gaps"
    note = "figures are missing or not approved"
    return TaskRow(
        f"{name_of(period)}: {gaps} before its close", note, "See what is missing", address
    )
