"""Choose an entity, and compare entities side by side."""

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_safe

from dashboards.answers import answer_board, answer_empty, status_asked
from dashboards.links import at_entity
from dashboards.pages.entities import entities_page, ordered_rows
from dashboards.pages.matrix import matrix_page
from dashboards.pages.ordering import Asked
from dashboards.selectors.board import page_board
from dashboards.selectors.comparing import columns_of, compared, histories
from dashboards.selectors.entities import all_entities, matching, option_names, tree
from kpialign.htmx import asks_for
from organisation.permissions import can_read_scores, requires


@require_safe
@requires(can_read_scores)
def entities(request: HttpRequest) -> HttpResponse:
    """Compare a group and its members, or chosen entities, by one objective or KPI."""
    board = page_board(request.GET)
    if board is None:
        return answer_empty(request)
    found, chosen = compared(board, request.GET), status_asked(request)
    order = ordered_rows(found, _asked(request), chosen)
    shown = [found.group, *order.entities]
    lines = histories(board, found.node, shown, board.context.history)
    page = entities_page(found, order, lines, chosen)
    return answer_board(request, board, "dashboards/entities.html", {"page": page})


@require_safe
@requires(can_read_scores)
def entity_matrix(request: HttpRequest) -> HttpResponse:
    """Set the KPIs of a department or objective side by side at a few entities."""
    board = page_board(request.GET)
    if board is None:
        return answer_empty(request)
    page = matrix_page(columns_of(board, request.GET, _number(request)))
    return answer_board(request, board, "dashboards/entity_matrix.html", {"page": page})


@require_safe
@requires(can_read_scores)
def find_entity(request: HttpRequest) -> HttpResponse:
    """Find an entity by name or code, or choose one from the tree; go back to where one was."""
    every = all_entities()
    if asks_for(request, "entity-options"):
        options = option_names(every).values()
        return render(request, "dashboards/_entity_options.html", {"options": options})
    text, back = request.GET.get("q", "").strip(), _back(request.GET.get("to", ""))
    found = matching(every, text)
    root = next((one.code for one in every if one.parent_id is None), "")
    if len(found) == 1:
        return redirect(at_entity(back, found[0].code, root))
    here = QueryDict(urlsplit(back).query).get("entity", root)
    context = {
        "text": text,
        "back": back,
        "root": root,
        "found": found,
        "tree": tree(every, here),
        "count": len(every),
    }
    return render(request, "dashboards/find_entity.html", context)


def _asked(request: HttpRequest) -> Asked:
    return Asked(request.GET.get("sort", ""), _number(request))


def _number(request: HttpRequest) -> int:
    """Return the page of rows that an address asks for."""
    asked = request.GET.get("page", "") or "1"
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 6:  # noqa: PLR2004  no such page
        raise Http404
    return int(asked)


def _back(address: str) -> str:
    """Return the page of ours that an address names; the enterprise page where it names none."""
    path = urlsplit(address).path if address.startswith("/") else ""
    if not path or address.startswith("//"):
        return reverse("enterprise")
    try:
        resolve(path)
    except Resolver404:
        return reverse("enterprise")
    query = urlsplit(address).query
    return f"{path}?{query}" if query else path
