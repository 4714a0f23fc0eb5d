"""Log each request under an id, which its answer and the tasks it asks for carry too."""

from collections.abc import Awaitable

import structlog
from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

from kpialign.logs import PROBES

# Asked every few seconds: by watchers, also when there is no database, and by every open page.
OFTEN_ASKED = PROBES | {"/freshness/"}


class RequestLog(RequestMiddleware):
    """Write a line when a request begins and when it ends; leave probes out."""

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        """Let probes pass in silence: a line of the log asks the database who is there."""
        if request.path in OFTEN_ASKED:
            return self.get_response(request)
        return super().__call__(request)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        """Tell the person the id, by which the lines of one failed page are found."""
        response.headers["X-Request-ID"] = structlog.contextvars.get_contextvars()["request_id"]
        super().handle_response(request, response)

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Name the client as sign-in counts it: a header that anyone may send has no effect."""
        try:
            address = get_adapter(request).get_client_ip(request)
        except (ImproperlyConfigured, PermissionDenied):
            address = request.META.get("REMOTE_ADDR", "")
        structlog.contextvars.bind_contextvars(ip=address)
