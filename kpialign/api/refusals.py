"""Answer a refusal: 409 with the words of the page, 400 with what is wrong in which field."""

from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from kpialign.api.fields import DecimalText
from kpialign.errors import RefusedError
from kpialign.interchange.changing import CascadeRefusedError
from kpialign.interchange.editing import FIRST_ROW
from kpialign.interchange.problems import Problem
from kpis.errors import FigureChangedError, ReasonMissingError

FieldErrors = dict[str, list[str]]
GENERAL = "non_field_errors"
# What is wrong with the state of things rather than with what was sent.
STATE_WORDS = ("go round in a circle", "closed for")


def answer_refusal(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a service refuses into an answer; the rest is the framework's."""
    if isinstance(error, CascadeRefusedError):
        return _answer_problems(error, context)
    if isinstance(error, ReasonMissingError):
        return Response({"why": [str(error)]}, status.HTTP_400_BAD_REQUEST)
    if isinstance(error, RefusedError):
        return Response(_conflict(error), status.HTTP_409_CONFLICT)
    return exception_handler(error, context)


def _conflict(error: RefusedError) -> dict[str, object]:
    told: dict[str, object] = {"detail": str(error)}
    if isinstance(error, FigureChangedError):
        told["conflicts"] = ConflictRow(error.conflicts, many=True).data
    return told


def _answer_problems(error: CascadeRefusedError, context: dict[str, Any]) -> Response:
    problems = error.errors
    if all(any(word in problem.wrong for word in STATE_WORDS) for problem in problems):
        told = " ".join(dict.fromkeys(f"{_sentence(one)}" for one in problems))
        return Response({"detail": f"{told} Nothing was saved."}, status.HTTP_409_CONFLICT)
    sent = context["request"].data
    sheet = getattr(context["view"], "sheet", "")
    if isinstance(sent, list):
        return Response(_by_row(problems, sheet, len(sent)), status.HTTP_400_BAD_REQUEST)
    return Response(_by_field(problems, sheet), status.HTTP_400_BAD_REQUEST)


def _sentence(problem: Problem) -> str:
    told = f"{problem.wrong}; accepted: {problem.accepted}" if problem.accepted else problem.wrong
    return f"{told[:1].upper()}{told[1:]}."


def _by_field(problems: list[Problem], sheet: str) -> FieldErrors:
    """Group what is wrong by the field that it is about."""
    told: FieldErrors = {}
    for one in problems:
        field = one.column if one.sheet == sheet and one.column.isidentifier() else GENERAL
        told.setdefault(field, []).append(_sentence(one))
    return told


def _by_row(problems: list[Problem], sheet: str, count: int) -> dict[str, FieldErrors]:
    """Group what is wrong by the place of the row; what is about none stands with the first."""
    by_row: dict[int, list[Problem]] = {}
    for one in problems:
        place = one.row - FIRST_ROW
        own = place if one.sheet == sheet and 0 <= place < count else 0
        by_row.setdefault(own, []).append(one)
    return {str(place): _by_field(inside, sheet) for place, inside in sorted(by_row.items())}


class ConflictRow(serializers.Serializer[Any]):
    """A figure that somebody else changed meanwhile."""

    kpi = serializers.CharField(source="kpi_code")
    entity = serializers.CharField(source="entity_code")
    period = serializers.CharField(source="period_label")
    value = DecimalText(allow_null=True)
    by = serializers.CharField()


class Refusal(serializers.Serializer[Any]):
    """Why nothing was done, in a sentence."""

    detail = serializers.CharField()


class Conflict(Refusal):
    """Why the state of things does not allow it, in the words of the page."""

    conflicts = ConflictRow(many=True, required=False)


FIELD_ERRORS = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
    "example": {"period": ["This is no period; accepted: 2026-03, 2026-Q1 or 2026 as text."]},
}
SENTENCE = {
    "type": "object",
    "required": ["detail"],
    "properties": {"detail": {"type": "string"}},
    "additionalProperties": False,
}
QUERY_ERRORS = {"anyOf": [SENTENCE, FIELD_ERRORS]}
BODY_ERRORS = {
    "anyOf": [
        SENTENCE,
        FIELD_ERRORS,
        {
            "type": "object",
            "description": "Of a list: what is wrong by the place of its row, the first 0.",
            "additionalProperties": FIELD_ERRORS,
        },
    ]
}


def _refusal(what: str, example: str) -> OpenApiResponse:
    return OpenApiResponse(
        Refusal, what, examples=[OpenApiExample(what, value={"detail": example})]
    )


READ_ERRORS: dict[int, Any] = {
    400: OpenApiResponse(QUERY_ERRORS, "A parameter that cannot be read, or that is not known."),
    401: _refusal("Nobody is signed in.", "Authentication credentials were not provided."),
    403: _refusal("The person's roles never have this.", "You do not have permission."),
    414: OpenApiResponse(None, "The address is too long for the server."),
}
ABSENT: dict[int, Any] = {
    404: _refusal("It is not there, or outside the person's scope.", "Not found.")
}
WRITE_ERRORS: dict[int, Any] = READ_ERRORS | {
    400: OpenApiResponse(BODY_ERRORS, "What is wrong, field by field, and what is accepted."),
    409: OpenApiResponse(
        Conflict,
        "The state of things does not allow it: closed, in a circle, changed by somebody else.",
        examples=[
            OpenApiExample(
                "closed",
                value={"detail": "2026-Q1 is closed for Group: nothing was saved."},
            )
        ],
    ),
    413: _refusal("The body is too large.", "The body is too large."),
    415: _refusal("The body is no JSON.", 'Unsupported media type "text/plain" in request.'),
}


def is_for_programs(request: HttpRequest) -> bool:
    """Tell whether an address belongs to the API, whose every answer is JSON."""
    return request.path.startswith("/api/v1/")
