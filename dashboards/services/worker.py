"""What the worker does when it is woken, and at each tick."""

from datetime import timedelta

import structlog
from django.utils import timezone

from dashboards.errors import LeaseHeldError, LeaseLostError, RecomputeFailedError
from dashboards.models import RecomputeRun, WorkerHeartbeat
from dashboards.services.refresh import refresh_scores
from organisation.selectors import outstanding_requests

log = structlog.get_logger(__name__)

# A run that fails is tried again after 5 s, 10 s, 20 s ... at most 5 minutes.
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
MOST_DOUBLINGS = 6


def drain() -> int:
    """Bring scores up to date until nothing waits; return how many runs it took.

    Another run that holds the lease will find what is outstanding, or the next tick will; that
    tick tries again what failed.
    """
    count = 0
    while not _must_wait():
        try:
            run = refresh_scores(path="task")
            if run is None:
                break
        except (LeaseHeldError, LeaseLostError, RecomputeFailedError):
            break
        _note(run)
        count += 1
    return count


def _note(run: RecomputeRun) -> None:
    """Log what a run did; the line carries the id of the request whose wake-up began it."""
    log.info(
        "scores_refreshed",
        run=run.pk,
        request_count=run.request_count,
        node_count=run.node_count,
        changed_block_count=run.changed_block_count,
    )


def note_heartbeat(name: str) -> None:
    """Write that a part of the product is alive."""
    WorkerHeartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def _must_wait() -> bool:
    """Tell whether the last runs failed so recently that trying again must wait."""
    last = list(RecomputeRun.objects.order_by("-pk")[: MOST_DOUBLINGS + 1])
    failed = 0
    for run in last:
        if run.state != RecomputeRun.State.FAILED:
            break
        failed += 1
    if not failed or last[0].finished_at is None:
        return False
    newest = outstanding_requests().last()
    if newest is not None and newest.requested_at > last[0].finished_at:
        return False  # something changed since: perhaps what made it fail
    wait = min(FIRST_WAIT * 2 ** (failed - 1), LONGEST_WAIT)
    waited = timezone.now() - last[0].finished_at
    return bool(waited < wait)
