"""What the templates of every page need: the frame around it, and links that keep its context."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse

from dashboards.frame import Frame, frame_of
from dashboards.links import KEPT, at_entity, kept_query
from dashboards.selectors.context import Context, name_of
from kpis.models import ReportingPeriod

register = template.Library()


@register.simple_tag(takes_context=True)
def frame(context: template.Context) -> Frame:
    """Give the navigation; error pages, which have no request, have none."""
    request = context.get("request")
    if not isinstance(request, HttpRequest):
        return Frame(person=None)
    waiting: Any = context.get("waiting_count", 0)
    page = context.get("context")
    has_members = len(page.entities) > 1 if isinstance(page, Context) else None
    return frame_of(request, waiting_count=int(waiting), has_members=has_members)


@register.simple_tag(takes_context=True)
def address(context: template.Context, name: str, *parts: str) -> str:
    """Give the address of a page about the same period, entity and comparison."""
    return reverse(name, args=parts) + kept_query(context["request"])


@register.simple_tag(takes_context=True)
def address_at(context: template.Context, name: str, *parts: str, **changes: str) -> str:
    """Give the address of a page about another period or entity, or with another choice."""
    return reverse(name, args=parts) + kept_query(context["request"], **_chosen(context, changes))


@register.simple_tag(takes_context=True)
def kept_fields(context: template.Context) -> dict[str, str]:
    """Give what a form on the page must send along to stay about the same."""
    request: HttpRequest = context["request"]
    return {name: request.GET[name] for name in KEPT if request.GET.get(name)}


@register.simple_tag(takes_context=True)
def here_with(context: template.Context, **changes: str) -> str:
    """Give the address of this page with another choice; an empty one takes it away."""
    request: HttpRequest = context["request"]
    return request.path + kept_query(request, **_chosen(context, changes))


def _chosen(context: template.Context, changes: dict[str, str]) -> dict[str, str]:
    """Leave out of an address what the page shows anyhow: its defaults."""
    page = context.get("context")
    usual = page.defaults if isinstance(page, Context) else {}
    return {name: "" if value == usual.get(name) else value for name, value in changes.items()}


@register.simple_tag
def entity_address(address: str, code: str, root: str) -> str:
    """Give the address of a page at another entity."""
    return at_entity(address, code, root)


@register.filter
def period_name(period: ReportingPeriod | None) -> str:
    """Name a period in words."""
    return name_of(period) if period else ""
