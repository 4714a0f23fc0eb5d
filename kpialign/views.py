"""Answer whether this web process lives."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer without touching the database, so that it says one thing only: the process lives."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")
