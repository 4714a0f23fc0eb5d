"""How fresh the scores are, in a sentence."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone

from dashboards.selectors.freshness import Freshness

register = template.Library()
MINUTE, HOUR, DAY = 60, 3600, 86_400


@register.filter
def in_words(fresh: Freshness) -> str:
    """Say when and by what scores were calculated, and whether that goes on."""
    if fresh.refreshed_at is None:
        return "Nothing is calculated yet" if fresh.is_current else "Calculating the first scores"
    ago = ago_in_words(fresh.refreshed_at, timezone.now())
    if fresh.is_current:
        by = "the worker" if fresh.by_path == "task" else "a command"
        return f"calculated by {by} {ago}"
    told = f"Recalculating; figures shown are from {ago}"
    if fresh.failed_error:
        return f"The last recalculation failed and is tried again; figures shown are from {ago}"
    return f"{told}. The worker has not been seen for a while" if fresh.worker_is_silent else told


def ago_in_words(moment: datetime, now: datetime) -> str:
    """Say how long ago something was, within a day; its time in full after that."""
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < MINUTE:
        return f"{seconds} s ago"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min ago"
    if seconds < DAY:
        return f"{seconds // HOUR} h ago"
    return f"{moment.astimezone(ZoneInfo('UTC')):%-d %b %Y %H:%M} UTC"
