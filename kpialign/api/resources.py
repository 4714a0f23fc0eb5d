"""The views of what is known by a code: listed, made, read, changed."""

import re
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from kpialign.api.doors import Listing, RowType
from kpialign.api.fields import CODE
from kpialign.api.paging import paged
from kpialign.api.queries import Query
from kpialign.api.refusals import ABSENT, READ_ERRORS, WRITE_ERRORS, FieldsRefusedError
from kpialign.api.writing import SheetDoor, StrictInput, change_of
from kpialign.errors import RefusedError
from kpialign.interchange.editing import Key, fingerprint, stored_row

View = TypeVar("View", bound=type[APIView])
# A proxy that packs answers marks the ETag as weak.
MARK = r'\*|(W/)?"(?P<mark>[0-9a-f]{16})"'
EXAMPLE_MARK = '"0123456789abcdef"'
Decorator = Callable[[View], View]


def mark_sent(request: Request, key: Key) -> dict[Key, str]:
    """Return the mark of the row as the program read it, if it sent one."""
    sent = request.headers.get("If-Match", "*").strip()
    mark = re.fullmatch(MARK, sent)
    if mark is None:
        told = f"This is no mark of a row; accepted: its ETag, {EXAMPLE_MARK}, or *."
        raise FieldsRefusedError({"If-Match": [told]})  # as any mark that no row has
    return {} if sent == "*" else {key: mark["mark"]}


class CodeTakenError(RefusedError):
    """There is already something by this code."""


class CodeSource(SheetDoor):
    """Where the rows of a sheet lie, by code."""

    noun: ClassVar[str]
    row: ClassVar[RowType]
    entry: ClassVar[type[StrictInput]]
    code_field: ClassVar[str] = "code"

    def found(self) -> "QuerySet[Any]":
        """Select everything there is, with all that a row tells."""
        raise AssertionError

    def told(self, code: str) -> dict[str, Any]:
        """Read one row; answer as absent if it is not there."""
        one: Model | None = self.found().filter(**{self.code_field: code}).first()
        if one is None:
            raise NotFound(f"There is no {self.noun} “{code}”.")
        told: dict[str, Any] = self.row(one).data
        return told


class CodeList(CodeSource, Listing):
    """List the rows, and make a new one."""

    def get(self, request: Request) -> Response:
        """Give one page of the rows."""
        return self.listed(request)

    def post(self, request: Request) -> Response:
        """Make a new one."""
        sent = self.body(request, self.entry)
        code = sent["code"]
        if self.found().filter(**{self.code_field: code}).exists():
            raise CodeTakenError(
                f"The {self.noun} “{code}” is there already; change it with PATCH."
            )
        self.save(request, [sent], seen={code: fingerprint(None)})
        where = {"Location": request.build_absolute_uri(f"{request.path}{code}/")}
        return Response(self.told(code), status.HTTP_201_CREATED, headers=where)


class CodeDetail(CodeSource):
    """Read one row, and change it."""

    def get(self, request: Request, code: str) -> Response:  # noqa: ARG002
        """Read it, with the mark by which a change notices that somebody was faster."""
        return Response(self.told(code), headers=self._mark(code))

    def patch(self, request: Request, code: str) -> Response:
        """Change what is sent, and nothing else."""
        self.told(code)
        sent = self.body(request, change_of(self.entry), partial=True)
        self.save(request, [{**sent, "code": code}], seen=mark_sent(request, code))
        return Response(self.told(code), headers=self._mark(code))

    def _mark(self, code: str) -> dict[str, str]:
        return {"ETag": f'"{fingerprint(stored_row(self.sheet, code))}"'}


CODE_IN_PATH = OpenApiParameter(
    "code", {"type": "string", "pattern": CODE}, OpenApiParameter.PATH, description="The code."
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": rf"^({MARK.replace('?P<mark>', '')})$"},
    OpenApiParameter.HEADER,
    description="The ETag of the row as it was read: if it has changed since, the answer is 409.",
)


def described_list(
    tag: str, row: type[BaseSerializer[Any]], query: type[Query], entry: type[StrictInput]
) -> Callable[[View], View]:
    """Describe a list that takes new rows."""
    return extend_schema_view(
        get=extend_schema(
            tags=[tag],
            operation_id=f"{tag}_list",
            parameters=[query],
            responses={200: paged(row), **READ_ERRORS, **ABSENT},
        ),
        post=extend_schema(
            tags=[tag],
            operation_id=f"{tag}_create",
            request=entry,
            responses={201: row, **WRITE_ERRORS},
        ),
    )


def described_detail(
    tag: str, row: type[BaseSerializer[Any]], entry: type[StrictInput]
) -> Callable[[View], View]:
    """Describe one row that can be changed."""
    return extend_schema_view(
        get=extend_schema(
            tags=[tag],
            operation_id=f"{tag}_read",
            parameters=[CODE_IN_PATH],
            responses={200: row, **READ_ERRORS, **ABSENT},
        ),
        patch=extend_schema(
            tags=[tag],
            operation_id=f"{tag}_change",
            parameters=[CODE_IN_PATH, IF_MATCH],
            request=change_of(entry),
            responses={200: row, **WRITE_ERRORS, **ABSENT},
        ),
    )
