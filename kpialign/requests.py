"""Refuse what no page can mean: an address with a NUL in it, which no database can look for."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


def refuse_nul(get_response: Answer) -> Answer:
    """Answer 400 before any view looks such an address up; forms refuse it for themselves."""

    def checked(request: HttpRequest) -> HttpResponse:
        asked = [request.path, *(text for values in request.GET.lists() for text in values[1])]
        if any("\0" in text for text in asked):
            raise BadRequest
        return get_response(request)

    return checked
