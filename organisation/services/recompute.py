"""Ask that scores are brought up to date, in the transaction of the change that needs it."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from kpialign.celery import app
from organisation.models import RecomputeRequest, User

REFRESH_TASK = "dashboards.refresh_scores"
WAKE_UP_EXPIRES = 60  # seconds: a stopped worker finds its work in the database, not in a pile
# Above this many changes one request for everything is cheaper to read than one for each.
MOST_REQUESTS = 200
PUBLISH_RETRIES = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Change:
    """One changed thing: its kind, the code of its node, and the entity it was changed in."""

    kind: str
    key: str = ""
    entity: str = ""


def request_recompute(*, kind: str, key: str, entity: str = "", by: User | None, why: str) -> None:
    """Write that one change must be recomputed, and wake the worker once it is committed."""
    request_recomputes([Change(kind, key, entity)], by=by, why=why)


def request_recomputes(changes: Iterable[Change], *, by: User | None, why: str) -> None:
    """Write that many changes must be recomputed, and wake the worker once for all of them.

    Very many of them become one request for everything.
    """
    ordered = sorted(set(changes), key=lambda change: (change.kind, change.key, change.entity))
    if len(ordered) > MOST_REQUESTS:
        ordered = [Change(RecomputeRequest.Kind.ALL)]
    requests = [
        RecomputeRequest(
            kind=RecomputeRequest.Kind(change.kind),
            key=change.key,
            entity_key=change.entity,
            requested_by=by,
            why=why,
        )
        for change in ordered
    ]
    if requests:
        RecomputeRequest.objects.bulk_create(requests)
        transaction.on_commit(wake_worker, robust=True)


def wake_worker(task: str = REFRESH_TASK) -> None:
    """Send the wake-up; without a broker the next tick finds the request in the database."""
    try:
        app.send_task(
            task,
            expires=WAKE_UP_EXPIRES,
            ignore_result=True,
            retry=True,
            retry_policy=PUBLISH_RETRIES,
        )
    except Exception:  # the figure is saved: no fault of a broker may reach its author
        log.warning(
            "The worker could not be woken; the next tick will find the work", exc_info=True
        )


def settle_requests(request_ids: Iterable[int]) -> int:
    """Mark these requests as handled, once, and say how many were still outstanding."""
    return RecomputeRequest.objects.filter(pk__in=list(request_ids), handled_at=None).update(
        handled_at=timezone.now()
    )
