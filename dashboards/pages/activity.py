"""Whether an entity is active in a period, in words, and which period to look at instead."""

from datetime import date

from dashboards.figures import shown
from dashboards.selectors.context import Context, name_of
from kpis.models import ReportingPeriod
from organisation.models import Entity


def is_active(entity: Entity, period: ReportingPeriod) -> bool:
    """Whether an entity is active in any month of a period."""
    begins_later = entity.active_from is not None and entity.active_from > period.end_on
    has_ended = entity.active_to is not None and month_end(entity.active_to) < period.start_on
    return not begins_later and not has_ended


def month_end(first: date) -> date:
    """Return the last day of a month that is given by its first.

    >>> month_end(date(2024, 2, 1))
    datetime.date(2024, 2, 29)
    """
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


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
