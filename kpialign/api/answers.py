"""Answer programs in JSON where the framework, before any view, would answer with a page."""

from collections.abc import Callable

import structlog
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    JsonResponse,
)
from django.urls import is_valid_path

from kpialign.api.refusals import is_for_programs

Answer = Callable[[HttpRequest], HttpResponse]
BAD_REQUEST, ABSENT, FAILED = 400, 404, 500
WORDS = {
    400: "The request cannot be read.",
    404: "There is nothing at this address.",
    500: "Something failed here; nothing was saved. The request's number names the log lines.",
}


def answer_programs(get_response: Answer) -> Answer:
    """Replace a page that tells of a failure, at an address of the API, by its sentence."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == ABSENT and _lacks_slash(request):
            # The usual redirect would turn a change into a reading that seems to work.
            address = request.get_full_path(force_append_slash=True)
            return HttpResponsePermanentRedirect(address, preserve_request=True)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if response.status_code < BAD_REQUEST or not is_page or not is_for_programs(request):
            return response
        code = response.status_code
        told = {"detail": WORDS.get(code, response.reason_phrase)}
        if code == FAILED:
            known = structlog.contextvars.get_contextvars()
            told["request"] = known.get("request_id", "")
        return JsonResponse(told, status=code)

    return answered


def _lacks_slash(request: HttpRequest) -> bool:
    return (
        is_for_programs(request)
        and not request.path.endswith("/")
        and bool(is_valid_path(f"{request.path_info}/"))
    )
