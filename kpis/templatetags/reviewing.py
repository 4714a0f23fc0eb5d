"""Show figures and decisions on the list of figures to review."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django import template

from kpialign.styles import moment
from kpis.review_rows import written

if TYPE_CHECKING:
    from kpis.review_views import Decision

register = template.Library()


@register.filter
def written_out(value: Decimal | None) -> str:
    """Write a figure with all its digits and a true minus; a dash where there is none."""
    return written(value)


@register.filter
def moment_of(at: datetime) -> str:
    """Write a day and a time of day, in the organisation's time zone."""
    return moment(at)


@register.filter
def ticks(decision: "Decision | None", key: int) -> bool:
    """Tell whether a figure was ticked in what was just refused."""
    return decision is not None and not decision.returns and key in decision.keys
