"""Show scores: one page per question, each with the fragment that swaps itself in place."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from dashboards.answers import answer_board, answer_empty, status_asked
from dashboards.pages.department import department_page
from dashboards.pages.departments import departments_page
from dashboards.pages.effect import moved_objectives
from dashboards.pages.enterprise import enterprise_page
from dashboards.pages.home import home_page
from dashboards.pages.kpi import kpi_page
from dashboards.pages.objective import objective_page
from dashboards.pages.owed import owed_beneath
from dashboards.selectors.board import (
    board_of_node,
    departments_by_name,
    get_department_to_show,
    page_board,
)
from dashboards.selectors.freshness import freshness as current_freshness
from dashboards.selectors.owing import origins_behind, owing
from dashboards.selectors.runs import latest_runs
from dashboards.selectors.waiting import waiting_for
from organisation.permissions import (
    can_enter_actuals,
    can_read_entry_sheet,
    can_read_runs,
    can_read_scores,
    person_of,
    requires,
)


@require_safe
@requires(can_read_scores)
def enterprise(request: HttpRequest) -> HttpResponse:
    """Show whether the strategy is on track, why, and who owns it."""
    board = page_board(request.GET)
    if board is None:
        return answer_empty(request)
    page = enterprise_page(board, status_asked(request))
    return answer_board(request, board, "dashboards/enterprise.html", {"page": page})


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what needs this person now, and how their part of the strategy stands."""
    user = person_of(request)
    if not can_read_scores(user):
        return render(request, "account/no_role.html")
    board = page_board(request.GET)
    if board is None:
        return answer_empty(request)
    page = home_page(board, user, waiting_for(user))
    context = {"page": page, "waiting_count": page.waiting_count}
    return answer_board(request, board, "dashboards/home.html", context)


@require_safe
@requires(can_read_scores)
def departments(request: HttpRequest) -> HttpResponse:
    """List the departments, how each stands and what it still owes."""
    board = page_board(request.GET)
    if board is None:
        return answer_empty(request)
    context = {"page": departments_page(board, departments_by_name())}
    return answer_board(request, board, "dashboards/departments.html", context)


@require_safe
@requires(can_read_scores)
def department(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a department owes and whether it moves the strategy."""
    found = get_department_to_show(code)
    board = page_board(request.GET)
    if board is None:
        return answer_empty(request)
    page = department_page(board, found, status_asked(request))
    sheet = can_read_entry_sheet(request.user, found)
    context = {
        "page": page,
        "department": found,
        "sheet": sheet,
        "may_enter": can_enter_actuals(request.user, found),
    }
    return answer_board(request, board, "dashboards/department.html", context)


@require_safe
@requires(can_read_scores)
def effect(request: HttpRequest, code: str) -> HttpResponse:
    """Show, beside an entry sheet, the objectives that a department's figures move."""
    found = get_department_to_show(code)
    board = page_board(request.GET)
    if board is None:
        return HttpResponse("")
    moved = moved_objectives(board, found.code)
    context = {"moved": moved, "context": board.context}
    response = render(request, "dashboards/_effect.html", context)
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_safe
@requires(can_read_scores)
def objective(request: HttpRequest, code: str) -> HttpResponse:
    """Show what pulls an objective down and where it goes."""
    board, node = board_of_node(request.GET, code, is_kpi=False)
    page = objective_page(board, node.code, owing(board, owed_beneath(board, node.code)))
    return answer_board(request, board, "dashboards/objective.html", {"page": page})


@require_safe
@requires(can_read_scores)
def kpi(request: HttpRequest, code: str) -> HttpResponse:
    """Show whether a KPI is good, what it is made of, where it goes and who typed it."""
    board, node = board_of_node(request.GET, code, is_kpi=True)
    page = kpi_page(board, node.code, origins_behind(board, node.code))
    return answer_board(request, board, "dashboards/kpi.html", {"page": page})


@require_safe
@requires(can_read_runs)
def runs(request: HttpRequest) -> HttpResponse:
    """List the latest recomputes of scores."""
    return render(request, "dashboards/runs.html", {"runs": latest_runs()})


@require_safe
@requires(can_read_scores)
def freshness(request: HttpRequest) -> HttpResponse:
    """Say how fresh the scores are; tell the page when there are others than it shows."""
    fresh = current_freshness()
    response = render(request, "dashboards/_freshness.html", {"fresh": fresh})
    shown = request.GET.get("version", "")
    if shown and shown != str(fresh.version):
        response["HX-Trigger-After-Swap"] = "scores-changed"
    patch_cache_control(response, private=True, no_store=True)
    return response
