"""Show the cascade itself: its tree, its map, and whether it deserves trust."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboards.answers import answer_board, answer_empty
from dashboards.pages.alignment import alignment_page
from dashboards.pages.cascade import cascade_page
from dashboards.pages.map import map_page
from dashboards.selectors.archived import archived_nodes
from dashboards.selectors.board import departments_by_name, page_board
from dashboards.selectors.findings import looked_through
from dashboards.selectors.perspectives import perspectives_in_order
from organisation.permissions import can_read_scores, person_of, requires


@require_safe
@requires(can_read_scores)
def cascade(request: HttpRequest) -> HttpResponse:
    """Show what leans on what, and what is doubtful in it."""
    board = page_board(request.GET)
    if board is None:
        return answer_empty(request)
    page = cascade_page(
        board,
        request.GET,
        person_of(request),
        found=looked_through(board).findings,
        departments=departments_by_name(),
        archived=archived_nodes() if request.GET.get("archived") else None,
    )
    return answer_board(request, board, "dashboards/cascade.html", {"page": page})


@require_safe
@requires(can_read_scores)
def cascade_map(request: HttpRequest) -> HttpResponse:
    """Show the objectives in their perspectives, and what leads up to what."""
    board = page_board(request.GET)
    if board is None:
        return answer_empty(request)
    page = map_page(
        board,
        request.GET,
        person_of(request),
        found=looked_through(board).findings if request.GET.get("node") else (),
        departments=departments_by_name(),
        perspectives=perspectives_in_order(),
    )
    return answer_board(request, board, "dashboards/cascade_map.html", {"page": page})


@require_safe
@requires(can_read_scores)
def alignment(request: HttpRequest) -> HttpResponse:
    """Show whether the cascade deserves trust, part by part, and what would mend it."""
    board = page_board(request.GET)
    if board is None:
        return answer_empty(request)
    page = alignment_page(
        board,
        request.GET,
        person_of(request),
        looked=looked_through(board),
        departments=departments_by_name(),
    )
    return answer_board(request, board, "dashboards/alignment.html", {"page": page})
