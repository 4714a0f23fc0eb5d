"""Read which version of the plan is edited, and which one holds for a period."""

from collections.abc import Iterable
from datetime import date

from kpis.models import PlanVersion, ReportingPeriod


def versions_of_plan() -> list[PlanVersion]:
    """Return the versions of the active plan, the newest first."""
    return list(
        PlanVersion.objects.filter(plan__state="active").select_related("plan").order_by("-number")
    )


def version_of(
    period: ReportingPeriod, versions: Iterable[PlanVersion] | None = None
) -> PlanVersion | None:
    """Return the version in force at the end of a period: the newest that has begun by then."""
    return version_on(period.end_on, versions_of_plan() if versions is None else versions)


def version_on(day: date, versions: Iterable[PlanVersion]) -> PlanVersion | None:
    """Return the newest of these versions, the newest first, that is in force on a day."""
    for version in versions:
        if version.effective_from is None or version.effective_from <= day:
            return version
    return None
