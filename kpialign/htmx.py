"""Tell a request for a fragment from a request for a whole page."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request after the htmx middleware has looked at it."""

    htmx: HtmxDetails


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a piece of the page, and not to restore the whole of it."""
    details: HtmxDetails | None = getattr(request, "htmx", None)
    return details is not None and bool(details) and not details.history_restore_request


def asks_for(request: HttpRequest, element: str) -> bool:
    """Say whether htmx asks for the piece that goes into this element of the page."""
    details: HtmxDetails | None = getattr(request, "htmx", None)
    return wants_fragment(request) and details is not None and details.target == element
