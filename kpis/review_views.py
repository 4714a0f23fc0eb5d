"""The door of review: which figures wait, approved many at once or returned one by one."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from kpialign.errors import RefusedError
from kpis.review_rows import Filters
from kpis.selectors.periods import get_period_to_read
from kpis.selectors.review_queue import review_queue
from kpis.selectors.reviews import get_revisions_to_review
from kpis.services.reviews import approve_figures, return_figures
from organisation.models import Department, Entity, User
from organisation.permissions import (
    can_open_reviews,
    can_read_reviews,
    can_review_some,
    person_of,
    requires,
)
from organisation.services.trail import Path

LARGEST_KEY = 2**63


@dataclass
class Decision:
    """What a reviewer sent: which figures, approved or returned, and why."""

    keys: list[int]
    returns: bool
    reason: str
    refusal: str = ""

    @property
    def returned(self) -> int:
        """The figure that was to be returned, 0 if none was."""
        return self.keys[0] if self.returns and self.keys else 0


@require_http_methods(["GET", "HEAD", "POST"])
@requires(can_open_reviews)
def review(request: HttpRequest) -> HttpResponse:
    """List the figures that wait for approval; approve those ticked, or return one."""
    user = person_of(request)
    if request.method == "POST" and not can_review_some(user):
        raise PermissionDenied
    filters = _filters(request, user)
    decision = _decision(request.POST) if request.method == "POST" else None
    if decision is not None and _decided(request, user, decision):
        return redirect(_here(filters, request.GET.get("page", "")))
    queue = review_queue(user, filters, request.GET.get("page", ""))
    context = {
        "queue": queue,
        "decision": decision,
        "here": _here(filters, str(queue.page.number) if queue.page.number > 1 else ""),
        "query": urlencode(filters.query),
        "may_review": can_review_some(user),
    }
    return render(request, "kpis/review.html", context)


def _filters(request: HttpRequest, user: User) -> Filters:
    """Read what the list is narrowed to; what is absent or out of reach answers 404 alike."""
    label, code, place = (request.GET.get(name, "") for name in ("period", "department", "entity"))
    department = Department.objects.filter(code=code).first() if code else None
    entity = Entity.objects.filter(code=place).first() if place else None
    if code and (department is None or not can_read_reviews(user, department)):
        raise Http404
    if place and entity is None:
        raise Http404
    return Filters(get_period_to_read(label) if label else None, department, entity)


def _decision(sent: QueryDict) -> Decision:
    returned = sent.get("return", "")
    asked = {"all": "shown", "unremarkable": "unremarkable"}.get(sent.get("approve", ""), "figure")
    keys = [returned] if returned else sent.getlist(asked)
    return Decision(
        keys=[
            int(one) for one in keys if one.isascii() and one.isdigit() and int(one) < LARGEST_KEY
        ],
        returns=bool(returned),
        reason=sent.get("reason", ""),
    )


def _decided(request: HttpRequest, user: User, decision: Decision) -> bool:
    """Write the decision and say so, or keep why it was refused."""
    keys = get_revisions_to_review(user, decision.keys)
    try:
        if decision.returns:
            return_figures(revisions=keys, by=user, path=Path.FORM, reason=decision.reason)
        else:
            approve_figures(revisions=keys, by=user, path=Path.FORM)
    except RefusedError as error:
        decision.refusal = str(error)
        return False
    figures = "1 figure" if len(keys) == 1 else f"{len(keys)} figures"
    told = "returned: its department reads the reason" if decision.returns else "approved"
    messages.success(request, f"{figures} {told}.")
    return True


def _here(filters: Filters, page: str) -> str:
    query = filters.query | ({"page": page} if page else {})
    return f"{reverse('review')}?{urlencode(query)}" if query else reverse("review")
