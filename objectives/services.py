"""Hold the cascade while it is changed: one edit at a time."""

from django.db.models import F

from kpis.models import PlanVersion


def lock_version(version: PlanVersion) -> None:
    """Hold the plan version until the transaction ends: one edit of a cascade at a time."""
    PlanVersion.objects.filter(pk=version.pk).update(edit_count=F("edit_count") + 1)
