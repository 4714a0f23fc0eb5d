"""Answer with a page about scores, or with the fragment of it that swaps itself in place."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers

from dashboards.pages.activity import nearest_active
from dashboards.pages.begun import begun
from dashboards.pages.early import last_told
from dashboards.pages.measures import named
from dashboards.selectors.admins import finance_admins
from dashboards.selectors.board import Board
from dashboards.selectors.cascade import cascade_in_force
from kpialign.htmx import asks_for
from kpialign.scoring.status import Status
from organisation.permissions import can_edit_cascade, can_import, can_manage_people


def answer_board(
    request: HttpRequest, board: Board, template: str, context: dict[str, Any]
) -> HttpResponse:
    """Answer with the page, or with only its scores where a page swaps them in place."""
    fragment = template.replace("dashboards/", "dashboards/_")
    instead = nearest_active(board.context)
    everything = {
        "board": board,
        "context": board.context,
        "fragment": fragment,
        "instead": instead,
        "last_told": None if instead else last_told(board),
        "may_shape": can_edit_cascade(request.user),
        "may_shape_rates": can_import(request.user),
        **context,
    }
    shown = fragment if asks_for(request, "scores") else template
    response = render(request, shown, everything)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    patch_cache_control(response, private=True, no_cache=True)
    return response


def answer_empty(request: HttpRequest) -> HttpResponse:
    """Answer before there is anything to show: how to begin, or whom to ask."""
    may_edit = can_edit_cascade(request.user)
    found = begun(cascade_in_force(), may_edit=may_edit)
    if found is not None:
        return render(request, "dashboards/begun.html", {"page": found, "may_edit": may_edit})
    admins = [] if may_edit else finance_admins()
    told = {
        "may_edit": may_edit,
        "may_manage": can_manage_people(request.user),
        "admins": named(admins),
        "admins_count": len(admins),
    }
    return render(request, "dashboards/empty.html", told)


def status_asked(request: HttpRequest) -> Status | None:
    """Return the status that an address filters by."""
    asked = request.GET.get("status", "")
    return Status(asked) if asked in set(Status) else None
