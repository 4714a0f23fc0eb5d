"""The tasks: each may run twice or late and leaves the same result."""

from celery import shared_task

from dashboards.services.worker import drain, note_heartbeat


@shared_task(name="dashboards.refresh_scores")
def refresh_scores() -> int:
    """Bring outstanding scores up to date; return how many runs it took."""
    note_heartbeat("worker")
    return drain()


@shared_task(name="dashboards.tick")
def tick() -> int:
    """Show that beat and worker live, and do what a lost wake-up left undone."""
    note_heartbeat("beat")
    note_heartbeat("worker")
    return drain()
