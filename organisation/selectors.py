"""Read who is here and what still has to be recomputed, in a bounded number of queries."""

from django.db.models import QuerySet

from organisation.models import RecomputeRequest


def outstanding_requests() -> QuerySet[RecomputeRequest]:
    """Every change whose scores are not up to date yet, oldest first."""
    return RecomputeRequest.objects.filter(handled_at=None).order_by("pk")
