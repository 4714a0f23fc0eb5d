"""What every view of the API has in common: who may, and what it asks for."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from kpialign.api.paging import Rows, page_of
from kpialign.api.queries import PageQuery, Query, asked_for
from organisation.access import Person
from organisation.permissions import can_edit_cascade

RowType = type[BaseSerializer[Any]]


class Door(APIView):
    """A view of the API: closed to the anonymous, and to people without a role."""

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    @staticmethod
    def may_write(person: Person) -> bool:
        """Say whether the person may use the methods that write."""
        return can_edit_cascade(person)


class Listing(Door):
    """A list that is filtered and given page by page."""

    query: ClassVar[type[Query]] = PageQuery
    row: ClassVar[RowType]

    def rows(self, asked: Mapping[str, Any]) -> Any:  # noqa: ANN401, rows or a query of them
        """Find the rows that were asked for, in their fixed order."""
        raise AssertionError(asked)

    def listed(self, request: Request) -> Response:
        """Answer with the page that was asked for."""
        asked = asked_for(request, self.query)
        rows: Rows[Any] = self.rows(asked)
        return Response(page_of(request, rows, asked, self.row))
