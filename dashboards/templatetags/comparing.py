"""Addresses and marks of a table that is filtered, sorted and paged by its address."""

from django import template
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboards.links import KEPT
from dashboards.pages.ordering import Ordered
from dashboards.selectors.context import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def rows_address(context: template.Context, **changes: object) -> str:
    """Give the address of this table with another choice; it begins at its first row again."""
    request: HttpRequest = context["request"]
    query: QueryDict = request.GET.copy()
    page = context.get("context")
    usual = page.defaults if isinstance(page, Context) else {}
    for name, value in {"page": "", **changes}.items():
        query.pop(name, None)
        if value and value != usual.get(name):
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@register.simple_tag(takes_context=True)
def sort_link(context: template.Context, order: Ordered, sort: str, word: str) -> SafeString:
    """Link a column's head to the rows sorted by it; the other way round if they are already."""
    if order.sort == sort:
        sort = sort[1:] if sort.startswith("-") else f"-{sort}"
    return format_html('<a href="{}">{}</a>', rows_address(context, sort=sort), word)


@register.simple_tag
def sorted_as(order: Ordered, column: str) -> SafeString:
    """Say at a column's head whether and how the rows are sorted by it."""
    if order.sort.lstrip("-") != column:
        return SafeString("")
    way = "descending" if order.sort.startswith("-") else "ascending"
    return format_html(' aria-sort="{}"', way)


@register.simple_tag(takes_context=True)
def hidden_fields(context: template.Context, *more: str) -> SafeString:
    """Carry what the page is about through a form, and more of its address if named."""
    request: HttpRequest = context["request"]
    pairs = [(name, value) for name in (*KEPT, *more) for value in request.GET.getlist(name)]
    return format_html_join(
        "", '<input type="hidden" name="{}" value="{}">', (pair for pair in pairs if pair[1])
    )


@register.simple_tag(takes_context=True)
def other_fields(context: template.Context) -> SafeString:
    """Carry the filters of a page through the form that chooses what it is about."""
    request: HttpRequest = context["request"]
    pairs = [
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if value and name not in {*KEPT, "page"}
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)
