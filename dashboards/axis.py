"""The time of scores, and the columns of all periods that scores depend on."""

from datetime import date

import numpy as np
from django.db.models import Exists, Max, Min, OuterRef, QuerySet

from kpialign.scoring.inputs import LENGTHS, Calendar, Length
from kpis.models import Actual, ReportingPeriod, Target

Span = tuple[int, int]
MONTHS_A_YEAR = 12


def current_span() -> Span | None:
    """Return the first and last day of the time of scores, as ordinals; None without figures."""
    counted = Actual.objects.filter(period=OuterRef("pk"), counted__value__isnull=False)
    bounds = _bounds(counted)
    return (bounds[0].toordinal(), bounds[1].toordinal()) if bounds else None


def _bounds(rows: QuerySet[Actual] | QuerySet[Target]) -> tuple[date, date] | None:
    """Return the first and last day of the periods that have any of the rows.

    Periods are few and each asks an index once, so that this costs the same over any number of
    figures.
    """
    found = ReportingPeriod.objects.filter(Exists(rows)).aggregate(
        first=Min("start_on"), last=Max("end_on")
    )
    return (found["first"], found["last"]) if found["first"] else None


class Axis:
    """The periods of whole fiscal years around a span, as columns and as indices."""

    def __init__(self, span: Span) -> None:
        """Read the periods of every fiscal year that the span or a target touches.

        A target outside the time of scores still says from when an entity reports a KPI, and
        what a seldom measured KPI shows at the beginning of that time.
        """
        start, end = date.fromordinal(span[0]), date.fromordinal(span[1])
        wanted = _bounds(Target.objects.filter(period=OuterRef("pk"))) or (start, end)
        start, end = min(start, wanted[0]), max(end, wanted[1])
        years = ReportingPeriod.objects.filter(kind="year", end_on__gte=start, start_on__lte=end)
        bounds = years.aggregate(first=Min("start_on"), last=Max("end_on"))
        rows = ReportingPeriod.objects.filter(
            start_on__gte=bounds["first"], end_on__lte=bounds["last"]
        ).order_by("start_on")
        by_length: dict[Length, list[ReportingPeriod]] = {length: [] for length in LENGTHS}
        for row in rows:
            by_length[Length(row.kind)].append(row)
        months = by_length[Length.MONTH]
        self.first_month = months[0].start_on
        self.calendar = Calendar(
            month_starts=np.array([m.start_on.toordinal() for m in months], dtype=np.int64),
            month_ends=np.array([m.end_on.toordinal() for m in months], dtype=np.int64),
        )
        self.index = {
            row.pk: (length, place)
            for length, periods in by_length.items()
            for place, row in enumerate(periods)
        }
        self.period_ids = tuple(row.pk for length in LENGTHS for row in by_length[length])

    def month_index(self, day: date | None) -> int | None:
        """Return the position of a day's month, which may lie outside of the axis."""
        if day is None:
            return None
        first = self.first_month
        return (day.year - first.year) * MONTHS_A_YEAR + day.month - first.month
