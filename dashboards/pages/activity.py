"""Whether an entity is active in a period, in words, and which period to look at instead."""

from datetime import date

from dashboards.figures import shown
from dashboards.selectors.context import Context, name_of
from kpis.models import ReportingPeriod
from kpis.selectors.closing import is_active


def not_active(context: Context) -> str:
    """Say that the page's entity is not active in its period, and when it is; else nothing."""
    entity, period = context.entity, context.period
    if is_active(entity, period):
        return ""
    told = f"{entity.name} is not active in {name_of(period)}"
    first, last = _month(entity.active_from), _month(entity.active_to)
    if first and last:
        return f"{told}: it reports from {first} to {last}"
    return f"{told}: it reports from {first} on" if first else f"{told}: it reports until {last}"


def nearest_active(context: Context) -> ReportingPeriod | None:
    """Return the period of the same length, nearest to the page's, in which its entity is active.

    None where it is active in the page's own period, or in none.
    """
    if is_active(context.entity, context.period):
        return None
    same = [one for one in context.periods if one.kind == context.period.kind]
    active = [one for one in same if is_active(context.entity, one)]
    here = context.period.start_on.toordinal()
    return min(active, key=lambda one: abs(one.start_on.toordinal() - here), default=None)


def _month(day: date | None) -> str:
    return shown.period("month", "", day) if day else ""
