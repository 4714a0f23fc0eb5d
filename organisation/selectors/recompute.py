"""Read what still has to be recomputed."""

from django.db.models import QuerySet

from organisation.models import RecomputeRequest


def outstanding_requests() -> QuerySet[RecomputeRequest]:
    """Find every change whose scores are not up to date yet, oldest first."""
    return RecomputeRequest.objects.filter(handled_at=None).order_by("pk")
