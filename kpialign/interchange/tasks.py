"""The task that works on uploads; it may run twice or late and leaves the same result."""

from celery import shared_task

from kpialign.interchange.uploads import TASK, forget_uploads, work_on_all


@shared_task(name=TASK)
def work_on_uploads() -> int:
    """Check large files, import confirmed ones, forget old ones; return how many were worked on."""
    forget_uploads()
    return work_on_all()
