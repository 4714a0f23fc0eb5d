"""The right to write scores: one run at a time, and late ones fenced off by a number."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from dashboards.errors import LeaseHeldError, LeaseLostError
from dashboards.models import RecomputeLease, RecomputeRun
from organisation.models import RecomputeRequest
from organisation.selectors import outstanding_requests

LEASE = timedelta(seconds=30)
RENEWED_EVERY = timedelta(seconds=10)
TOLD = 3  # reasons that fit in a line

log = logging.getLogger(__name__)


@transaction.atomic
def begin_run(*, path: str, full: bool) -> tuple[RecomputeRun, int] | None:
    """Take the lease and open a run; return it with the lease's number, None without any work.

    A run whose lease has expired counts as abandoned: its worker is gone or far too late.
    Raises LeaseHeldError.
    """
    number = _take()
    # Only who holds the lease settles requests: what is outstanding now stays so for this run.
    requests = list(outstanding_requests())
    if not requests and not full:
        release(number)
        return None
    RecomputeRun.objects.filter(state=RecomputeRun.State.RUNNING).update(
        state=RecomputeRun.State.ABANDONED,
        finished_at=timezone.now(),
        error="The worker stopped before the run was done; the next run did its work.",
    )
    run = RecomputeRun.objects.create(
        by_path=path,
        why="Everything anew" if full else _reasons(requests),
        request_count=len(requests),
        is_full=full,
    )
    return run, number


def _take() -> int:
    """Take the lease, which nobody else may hold, and return its new number."""
    now = timezone.now()
    RecomputeLease.objects.get_or_create(only=True)
    # A lease that runs longer than any is given was taken before the clock was set back.
    free = Q(expires_at=None) | Q(expires_at__lte=now) | Q(expires_at__gt=now + 2 * LEASE)
    taken = RecomputeLease.objects.filter(free).update(
        number=F("number") + 1, expires_at=now + LEASE
    )
    if not taken:
        raise LeaseHeldError
    return RecomputeLease.objects.get().number


def _reasons(requests: Sequence[RecomputeRequest]) -> str:
    """Say in a line why a run began."""
    said = list(dict.fromkeys(f"{request.why} ({request})" for request in requests))
    more = f" and {len(said) - TOLD} more" if len(said) > TOLD else ""
    return "; ".join(said[:TOLD]) + more


def renew(number: int) -> None:
    """Hold the lease longer. Raises LeaseLostError."""
    held = RecomputeLease.objects.filter(number=number, expires_at__isnull=False)
    if not held.update(expires_at=timezone.now() + LEASE):
        raise LeaseLostError


def release(number: int) -> None:
    """Give the lease back, if it is still this run's."""
    RecomputeLease.objects.filter(number=number).update(expires_at=None)


@contextmanager
def kept_renewed(number: int) -> Iterator[None]:
    """Renew the lease from time to time while the body computes, however long it takes.

    The thread stops with its process, killed or frozen: the lease of a run that no longer gets on
    expires all the same.
    """
    ended = threading.Event()
    keeper = threading.Thread(target=_renew_until, args=(number, ended), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _renew_until(number: int, ended: threading.Event) -> None:
    try:
        while not ended.wait(RENEWED_EVERY.total_seconds()):
            _try_to_renew(number)
    except LeaseLostError:
        log.warning("The lease of a long recompute was lost: what it computes is not written")
    finally:
        connection.close()


def _try_to_renew(number: int) -> None:
    try:
        renew(number)
    except DatabaseError:
        log.warning("The lease of a long recompute could not be renewed just now", exc_info=True)
