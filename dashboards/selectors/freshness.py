"""Read how fresh the scores are, and whether the worker is at it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from dashboards.models import RecomputeLease, RecomputeRun, WorkerHeartbeat
from organisation.selectors import outstanding_requests

SILENCE = timedelta(seconds=30)


@dataclass(frozen=True)
class Freshness:
    """When scores were last calculated and by whom, and what still waits."""

    outstanding_count: int
    refreshed_at: datetime | None
    version: int  # another number means other scores
    by_path: str  # task: the worker; command: somebody's command
    worker_seen_at: datetime | None
    failed_error: str

    @property
    def is_current(self) -> bool:
        """Whether no change waits for its scores."""
        return self.outstanding_count == 0

    @property
    def worker_is_silent(self) -> bool:
        """Whether the worker has not been seen for a while."""
        return self.worker_seen_at is None or timezone.now() - self.worker_seen_at > SILENCE


def freshness() -> Freshness:
    """Answer in four small queries."""
    lease = RecomputeLease.objects.first()
    last = RecomputeRun.objects.exclude(state=RecomputeRun.State.RUNNING).first()
    done = RecomputeRun.objects.filter(state=RecomputeRun.State.DONE).first()
    beat = WorkerHeartbeat.objects.filter(name="worker").first()
    return Freshness(
        outstanding_count=outstanding_requests().count(),
        refreshed_at=lease.refreshed_at if lease else None,
        version=done.pk if done else 0,
        by_path=done.by_path if done else "",
        worker_seen_at=beat.at if beat else None,
        failed_error=last.error if last and last.state == RecomputeRun.State.FAILED else "",
    )
