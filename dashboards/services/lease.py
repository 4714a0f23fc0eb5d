"""The right to write scores: one run at a time, and late ones fenced off by a number."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from dashboards.errors import LeaseHeldError, LeaseLostError
from dashboards.models import RecomputeLease, RecomputeRun

LEASE = timedelta(seconds=30)


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
    free = Q(expires_at=None) | Q(expires_at__lte=now)
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
