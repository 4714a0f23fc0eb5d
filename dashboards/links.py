"""Addresses that keep what the page is about: period, entity, comparison."""

from urllib.parse import urlencode

from django.http import HttpRequest

KEPT = ("period", "entity", "compare")


def kept_query(request: HttpRequest, **changes: str) -> str:
    """Give the query that keeps the context of a page, with changes; empty ones leave it.

    Only what was asked for stands in it, so that defaults stay out of addresses.
    """
    kept = {name: request.GET.get(name, "") for name in KEPT} | changes
    kept = {name: value for name, value in kept.items() if value}
    return f"?{urlencode(kept)}" if kept else ""
