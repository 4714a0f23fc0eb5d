"""Read how fresh the scores are, and whether the worker is at it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Subquery
from django.utils import timezone

from dashboards.models import RecomputeLease, RecomputeRun, ScoreSnapshot, WorkerHeartbeat
from organisation.selectors import outstanding_requests

SILENCE = timedelta(seconds=30)
State = RecomputeRun.State


@dataclass(frozen=True)
class Freshness:
    """When scores were last calculated and by whom, and what still waits."""

    outstanding_count: int
    refreshed_at: datetime | None
    version: int  # another number means other scores
    by_path: str  # task: the worker; command: somebody's command
    worker_seen_at: datetime | None
    failed_error: str
    reporting_on: date | None  # the end of the last period of which any figure is known
    has_snapshots: bool = False  # whether any period was ever closed

    @property
    def is_current(self) -> bool:
        """Whether no change waits for its scores."""
        return self.outstanding_count == 0

    @property
    def worker_is_silent(self) -> bool:
        """Whether the worker has not been seen for a while."""
        return self.worker_seen_at is None or timezone.now() - self.worker_seen_at > SILENCE


def freshness() -> Freshness:
    """Answer in one query, as pages ask it again and again; in two before the first recompute."""
    waiting = outstanding_requests().order_by().values("handled_at")
    ended = RecomputeRun.objects.exclude(state=State.RUNNING).order_by("-pk")
    done = RecomputeRun.objects.filter(state=State.DONE).order_by("-pk")
    seen = WorkerHeartbeat.objects.filter(name="worker")
    found = RecomputeLease.objects.annotate(
        waiting=Subquery(waiting.annotate(count=Count("pk")).values("count")),
        done_id=Subquery(done.values("pk")[:1]),
        done_path=Subquery(done.exclude(by_path="close").values("by_path")[:1]),
        last_state=Subquery(ended.values("state")[:1]),
        last_error=Subquery(ended.values("error")[:1]),
        seen_at=Subquery(seen.values("at")[:1]),
        has_snapshots=Exists(ScoreSnapshot.objects.all()),
    ).first()
    if found is None:
        return Freshness(outstanding_requests().count(), None, 0, "", None, "", None)
    return Freshness(
        outstanding_count=found.waiting or 0,
        refreshed_at=found.refreshed_at,
        version=found.done_id or 0,
        by_path=found.done_path or "",
        worker_seen_at=found.seen_at,
        failed_error=found.last_error or "" if found.last_state == State.FAILED else "",
        reporting_on=date.fromordinal(found.span_end) if found.span_end else None,
        has_snapshots=found.has_snapshots,
    )
