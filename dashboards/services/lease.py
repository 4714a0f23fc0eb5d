"""The right to write scores: one run at a time, and late ones fenced off by a number."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from dashboards.errors import LeaseHeldError, LeaseLostError
from dashboards.models import RecomputeLease, RecomputeRun

LEASE = timedelta(seconds=30)
RENEWED_EVERY = timedelta(seconds=10)

log = logging.getLogger(__name__)


@transaction.atomic
def begin_run(
    *, path: str, why: str, request_count: int, is_full: bool
) -> tuple[RecomputeRun, int]:
    """Take the lease and open a run; return it with the lease's number.

    A run whose lease has expired counts as abandoned: its worker is gone or far too late.
    Raises LeaseHeldError.
    """
    now = timezone.now()
    RecomputeLease.objects.get_or_create(only=True)
    # A lease that runs longer than any is given was taken before the clock was set back.
    free = Q(expires_at=None) | Q(expires_at__lte=now) | Q(expires_at__gt=now + 2 * LEASE)
    taken = RecomputeLease.objects.filter(free).update(
        number=F("number") + 1, expires_at=now + LEASE
    )
    if not taken:
        raise LeaseHeldError
    RecomputeRun.objects.filter(state=RecomputeRun.State.RUNNING).update(
        state=RecomputeRun.State.ABANDONED,
        finished_at=now,
        error="The worker stopped before the run was done; the next run did its work.",
    )
    run = RecomputeRun.objects.create(
        by_path=path, why=why, request_count=request_count, is_full=is_full
    )
    return run, RecomputeLease.objects.get().number


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
