"""Write days and times in the style of the person who reads."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template

from kpialign.styles import day, moment

register = template.Library()


@register.filter
def day_in(value: datetime | date | None, zone: ZoneInfo | str) -> str:
    """Write the day that it was in a time zone; nothing where there is none."""
    if value is None:
        return ""
    return day(value.astimezone(_zone(zone)) if isinstance(value, datetime) else value)


@register.filter
def moment_in(value: datetime | None, zone: ZoneInfo | str) -> str:
    """Write the day and the time of it in a time zone; nothing where there is none."""
    return "" if value is None else moment(value, _zone(zone))


def _zone(zone: ZoneInfo | str) -> ZoneInfo:
    return ZoneInfo(zone) if isinstance(zone, str) else zone
