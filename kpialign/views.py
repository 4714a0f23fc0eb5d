"""Answer whether this web process lives, whether the product can work, and that a page failed."""

from ipaddress import ip_address

import structlog
from django.contrib.auth.decorators import login_not_required
from django.db.utils import Error as DatabaseFault
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kpialign.readiness import readiness
from organisation.permissions import can_read_readiness

FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer without touching the database, so that it says one thing only: the process lives."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer ready or not ready, and to those who run the product which part is not."""
    parts = readiness.parts()
    is_ready = all(part.is_ready for part in parts)
    lines = ["ready" if is_ready else "not ready"]
    if _is_from_this_machine(request) or _is_asked_by_an_admin(request):
        lines += [f"{part.name}: {part.trouble or 'ready'}" for part in parts]
    return HttpResponse(
        "\n".join([*lines, ""]),
        content_type="text/plain; charset=utf-8",
        status=200 if is_ready else 503,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that a page failed, with the number under which its log lines are found.

    It asks nothing of the database, which may be what failed.
    """
    known = structlog.contextvars.get_contextvars()
    page = render_to_string("500.html", {"request_id": known.get("request_id", "")})
    return HttpResponse(page, status=500)


def _is_from_this_machine(request: HttpRequest) -> bool:
    """Say whether no network lies between; a proxy here would bring everybody from here."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:  # a socket file
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _is_asked_by_an_admin(request: HttpRequest) -> bool:
    try:
        return can_read_readiness(request.user)
    except DatabaseFault:  # then nobody can be known
        return False
