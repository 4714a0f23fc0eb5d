"""Addresses that keep what the page is about: period, entity, comparison."""

from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, QueryDict

KEPT = ("period", "entity", "compare")


def kept_query(request: HttpRequest, **changes: str) -> str:
    """Give the query that keeps the context of a page, with changes; empty ones leave it.

    Only what was asked for stands in it, so that defaults stay out of addresses.
    """
    kept = {name: request.GET.get(name, "") for name in KEPT} | changes
    kept = {name: value for name, value in kept.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def at_entity(address: str, code: str, root: str) -> str:
    """Give the address of a page at another entity; the root is the default and leaves it.

    Rows chosen or turned to at the one entity mean nothing at the other.
    """
    split = urlsplit(address)
    query = QueryDict(split.query, mutable=True)
    for name in ("page", "with", "entity"):
        query.pop(name, None)
    if code != root:
        query["entity"] = code
    return f"{split.path}?{query.urlencode()}" if query else split.path
