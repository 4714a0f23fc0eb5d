"""Read which version of the plan is edited, and which one holds for a period."""

from collections.abc import Iterable, Sequence
from datetime import date

from kpis.models import PlanVersion, ReportingPeriod
from kpis.selectors.closing import closed_cells, is_active
from organisation.models import Entity

VersionNeeded = tuple[PlanVersion, frozenset[int] | None]  # its periods; None: all


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


def open_versions(period_ids: Sequence[int]) -> list[VersionNeeded]:
    """Return the versions that the open ones of these periods need, each with its periods.

    Mostly that is one, and it takes all periods: what is closed is left out when it is written.
    """
    versions = versions_of_plan()
    if len(versions) <= 1:
        return [(version, None) for version in versions]
    periods = ReportingPeriod.objects.filter(pk__in=period_ids)
    entities, closed = list(Entity.objects.all()), closed_cells()
    found: dict[PlanVersion, set[int]] = {}
    for period in periods:
        active = [one for one in entities if is_active(one, period)]
        is_open = any((one.pk, period.pk) not in closed for one in active)
        version = version_of(period, versions)
        if is_open and version is not None:
            found.setdefault(version, set()).add(period.pk)
    if len(found) == 1:
        return [(version, None) for version in found]
    return [(version, frozenset(some)) for version, some in found.items()]
