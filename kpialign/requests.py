"""Look at each request before any page: whether it can mean one, and who may go on."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from kpialign.htmx import wants_fragment

Answer = Callable[[HttpRequest], HttpResponse]


def refuse_nul(get_response: Answer) -> Answer:
    """Answer 400 to an address with a NUL in it, which no database can look for.

    Forms refuse it for themselves.
    """

    def checked(request: HttpRequest) -> HttpResponse:
        asked = [request.path, *(text for values in request.GET.lists() for text in values[1])]
        if any("\0" in text for text in asked):
            raise BadRequest
        return get_response(request)

    return checked


class SignInMiddleware(LoginRequiredMiddleware):
    """Require a sign-in everywhere but where it is not asked for, and there ask no database."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Leave a public page alone before, not after, finding out who wants it."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]  # a fragment gets a sentence
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """Lead a page to the sign-in; in a fragment say so, and leave what is typed around it."""
        if wants_fragment(request):
            return render(request, "account/_signed_out.html", status=401)
        return super().handle_no_permission(request, view_func)
