"""Read reporting periods: by label, next to each other, and those that wait for figures."""

from datetime import date

from django.db.models import Max
from django.http import Http404

from kpis.models import Actual, ReportingPeriod

KIND_OF_FREQUENCY = {
    "monthly": ReportingPeriod.Kind.MONTH,
    "quarterly": ReportingPeriod.Kind.QUARTER,
    "annual": ReportingPeriod.Kind.YEAR,
}
FREQUENCY_OF_KIND = {kind: frequency for frequency, kind in KIND_OF_FREQUENCY.items()}


def get_period_to_read(label: str) -> ReportingPeriod:
    """Return the period of a label, or answer as absent."""
    found = ReportingPeriod.objects.filter(label=label).first()
    if found is None:
        raise Http404
    return found


def neighbour(period: ReportingPeriod, *, steps: int) -> ReportingPeriod | None:
    """Return the period of the same length so many steps later, or earlier if below zero."""
    same = ReportingPeriod.objects.filter(kind=period.kind)
    if steps >= 0:
        rows = same.filter(start_on__gte=period.start_on).order_by("start_on")
    else:
        rows = same.filter(start_on__lte=period.start_on).order_by("-start_on")
    return rows[abs(steps) : abs(steps) + 1].first()


def a_year_before(period: ReportingPeriod) -> ReportingPeriod | None:
    """Return the same period of the fiscal year before."""
    steps = {"month": 12, "quarter": 4, "year": 1}[period.kind]
    return neighbour(period, steps=-steps)


def last_reported(kind: str) -> ReportingPeriod | None:
    """Return the latest period of a length that any counted actual was reported for."""
    newest = Actual.objects.filter(
        period__kind=kind,
        kpi__frequency=FREQUENCY_OF_KIND[ReportingPeriod.Kind(kind)],
        counted__value__isnull=False,
    ).aggregate(start_on=Max("period__start_on"))["start_on"]
    if newest is None:
        return None
    return ReportingPeriod.objects.get(kind=kind, start_on=newest)


def periods_to_enter(kind: str, today: date) -> list[ReportingPeriod]:
    """Return the last reported period and the next one, if it has begun by `today`.

    Before any figure is there: the latest period that has begun.
    """
    last = last_reported(kind)
    begun = ReportingPeriod.objects.filter(kind=kind, start_on__lte=today)
    if last is None:
        newest = begun.order_by("-start_on").first()
        return [newest] if newest else []
    following = begun.filter(start_on__gt=last.start_on).order_by("start_on").first()
    return [last, following] if following else [last]


def periods_of_kind(kind: str) -> list[ReportingPeriod]:
    """Return the periods of a length, the latest first."""
    return list(ReportingPeriod.objects.filter(kind=kind).order_by("-start_on"))
