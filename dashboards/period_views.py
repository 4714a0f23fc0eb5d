"""The doors of closing: the list of periods, and one period with what stands before its close."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from dashboards.errors import GapsError
from dashboards.pages.periods import period_list_page, period_page
from dashboards.period_actions import Asked, act
from dashboards.selectors.closings import (
    get_entity_to_close,
    next_to_close,
    period_lines,
    standing,
)
from kpialign.errors import RefusedError
from kpis.errors import ReasonMissingError
from kpis.selectors.periods import get_period_to_read
from organisation.models import Entity
from organisation.permissions import (
    can_close,
    can_confirm_reopening,
    can_open_entry_sheets,
    can_open_reviews,
    can_read_periods,
    person_of,
    requires,
)


@require_safe
@requires(can_read_periods)
def periods(request: HttpRequest) -> HttpResponse:
    """List the periods with how many entities have closed them, and which one is next."""
    today = timezone.localdate()
    page = period_list_page(period_lines(today), next_to_close(today), person_of(request))
    return render(request, "dashboards/periods.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(can_read_periods)
def period(request: HttpRequest, label: str) -> HttpResponse:
    """Show what stands between a period and its close; review, close or reopen it."""
    found, entity = get_period_to_read(label), _entity(request)
    user = person_of(request)
    context: dict[str, object] = {}
    if request.method == "POST":
        if not (can_close(user) or can_confirm_reopening(user)):
            raise PermissionDenied
        asked = Asked(user, found, entity, request.POST.dict())
        context = _refused(request, asked)
        if not context:
            return redirect(_here(label, entity))
    page = period_page(standing(found, entity), user, timezone.localdate())
    context |= {
        "page": page,
        "here": _here(label, entity),
        "reads_sheets": can_open_entry_sheets(user),
        "reads_reviews": can_open_reviews(user),
    }
    return render(request, "dashboards/period.html", context)


def _refused(request: HttpRequest, asked: Asked) -> dict[str, object]:
    """Do what was asked for and say so; or return why it was refused, and at which field."""
    action = request.POST.get("action", "")
    try:
        told = act(action, asked)
    except RefusedError as error:
        wants_reason = isinstance(error, GapsError | ReasonMissingError)
        return {
            "refusal": str(error),
            "action": action,
            "at_reason": f"{action}-reason" if wants_reason else "",
            "reason": asked.reason,
        }
    messages.success(request, told)
    return {}


def _entity(request: HttpRequest) -> Entity | None:
    code = request.GET.get("entity", "")
    found = get_entity_to_close(code)
    if code and found is None:
        raise Http404
    return found


def _here(label: str, entity: Entity | None) -> str:
    address = reverse("period", args=[label])
    return f"{address}?{urlencode({'entity': entity.code})}" if entity else address
