"""Answer a refusal: 409 with the words of the page, 400 with what is wrong in which field."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema_field
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from kpialign.api.fields import DecimalText
from kpialign.errors import RefusedError
from kpialign.interchange.changing import CascadeRefusedError
from kpialign.interchange.editing import FIRST_ROW
from kpialign.interchange.problems import Problem
from kpis.errors import FigureChangedError, ReasonMissingError

Errors = dict[str, Any]  # by field, in the shape of what was sent
GENERAL = "non_field_errors"


class FieldsRefusedError(RefusedError):
    """What was sent is well formed, but does not fit what is there; told field by field."""

    def __init__(self, errors: Errors) -> None:
        """Say all of it in one text too."""
        super().__init__(_nothing_saved(_sentences(errors)))
        self.errors = errors


def answer_refusal(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer what a service refuses with 409; the rest is the framework's."""
    if isinstance(error, RefusedError):
        return Response(_conflict(error, context), status.HTTP_409_CONFLICT)
    return exception_handler(error, context)


def _conflict(error: RefusedError, context: dict[str, Any]) -> dict[str, object]:
    told: dict[str, object] = {"detail": str(error)}
    if isinstance(error, FigureChangedError):
        told["conflicts"] = ConflictRow(error.conflicts, many=True).data
    elif isinstance(error, FieldsRefusedError):
        told["errors"] = error.errors
    elif isinstance(error, ReasonMissingError):
        told["errors"] = {"why": [str(error)]}
    elif isinstance(error, CascadeRefusedError):
        told["errors"] = _by_place(error.errors, context)
        told["detail"] = _nothing_saved(_sentence(problem) for problem in error.errors)
    return told


def _nothing_saved(sentences: Iterable[str]) -> str:
    return " ".join([*dict.fromkeys(sentences), "Nothing was saved."])


def _sentences(errors: Errors) -> Iterator[str]:
    for told in errors.values():
        yield from _sentences(told) if isinstance(told, dict) else told


def _by_place(problems: list[Problem], context: dict[str, Any]) -> Errors:
    """Group what is wrong by field; of a list that was sent, by the place of the row before."""
    sent = context["request"].data
    sheet = getattr(context["view"], "sheet", "")
    if isinstance(sent, list):
        return _by_row(problems, sheet, len(sent))
    if isinstance(sent.get("children"), list):
        return {"children": _by_row(problems, sheet, len(sent["children"]))}
    return _by_field(problems, sheet)


def _sentence(problem: Problem) -> str:
    told = f"{problem.wrong}; accepted: {problem.accepted}" if problem.accepted else problem.wrong
    return f"{told[:1].upper()}{told[1:]}."


def _by_field(problems: list[Problem], sheet: str) -> Errors:
    """Group what is wrong by the field that it is about."""
    told: Errors = {}
    for one in problems:
        field = one.column if one.sheet == sheet and one.column.isidentifier() else GENERAL
        told.setdefault(field, []).append(_sentence(one))
    return told


def _by_row(problems: list[Problem], sheet: str, count: int) -> Errors:
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


@extend_schema_field({"$ref": "#/components/schemas/Errors"})
class ErrorsField(serializers.DictField):
    """What is wrong, in the shape of what was sent."""


class Conflict(Refusal):
    """Why it does not fit what is there, in the words of the page."""

    errors = ErrorsField(required=False)  # type: ignore[assignment]  # a field, which DRF takes off the class
    conflicts = ConflictRow(many=True, required=False)


MALFORMED = {
    "anyOf": [
        {"$ref": "#/components/schemas/Refusal"},
        {"$ref": "#/components/schemas/Errors"},
    ]
}


UNKNOWN = {
    "detail": "There is no 'NOPE' in departments; accepted: a code of departments, such as HR."
    " Nothing was saved.",
    "errors": {
        "department": [
            "There is no 'NOPE' in departments; accepted: a code of departments, such as HR."
        ]
    },
}


def _refusal(what: str, example: str) -> OpenApiResponse:
    return OpenApiResponse(
        Refusal, what, examples=[OpenApiExample(what, value={"detail": example})]
    )


READ_ERRORS: dict[int, Any] = {
    400: OpenApiResponse(MALFORMED, "A parameter that cannot be read, or that is not known."),
    401: _refusal("Nobody is signed in.", "Authentication credentials were not provided."),
    403: _refusal("The person's roles never have this.", "You do not have permission."),
    406: _refusal("Something else than JSON is asked for.", "Could not satisfy the request."),
    414: OpenApiResponse(None, "The address is too long for the server."),
}
ABSENT: dict[int, Any] = {
    404: _refusal("It is not there, or outside the person's scope.", "Not found.")
}
WRITE_ERRORS: dict[int, Any] = READ_ERRORS | {
    400: OpenApiResponse(MALFORMED, "The body is not as described: what is wrong by field."),
    409: OpenApiResponse(
        Conflict,
        "The body is as described, but does not fit what is there: closed, in a circle, taken, a"
        " code of nothing, changed by somebody else. Nothing was saved.",
        examples=[OpenApiExample("unknown", value=UNKNOWN)],
    ),
    413: _refusal("The body is too large.", "The body is too large."),
    415: _refusal("The body is no JSON.", 'Unsupported media type "text/plain" in request.'),
}


def is_for_programs(request: HttpRequest) -> bool:
    """Tell whether an address belongs to the API, whose every answer is JSON."""
    return request.path.startswith("/api/v1/")
