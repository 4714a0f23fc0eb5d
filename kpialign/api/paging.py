"""Cut a list into pages, with the addresses of those before and after."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from kpialign.api.queries import LARGEST_PAGE

Row_co = TypeVar("Row_co", covariant=True)


class Rows(Protocol[Row_co]):
    """What can be counted and cut: a list, or something that makes its rows when asked."""

    def __len__(self) -> int:
        """Count the rows."""

    def __getitem__(self, part: slice, /) -> Sequence[Row_co]:
        """Make the rows of one page."""


def page_of(
    request: Request,
    rows: "QuerySet[Any, Any] | Rows[Any]",
    asked: Mapping[str, Any],
    serializer: type[serializers.BaseSerializer[Any]],
) -> dict[str, object]:
    """Give one page of the rows; a page behind the last is absent."""
    count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    size, page = min(asked["page_size"], LARGEST_PAGE), asked["page"]
    last = max(1, -(-count // size))
    if page > last:
        raise NotFound(f"There is no page {page}; the last is {last}.")
    part: Sequence[Model | object] = list(rows[(page - 1) * size : page * size])
    return {
        "count": count,
        "next": _address(request, page + 1) if page < last else None,
        "previous": _address(request, page - 1) if page > 1 else None,
        "results": serializer(part, many=True).data,
    }


def _address(request: Request, page: int) -> str:
    return replace_query_param(request.build_absolute_uri(), "page", page)


def paged(serializer: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """Describe one page of such rows."""
    name = f"{serializer.__name__.removesuffix('Row')}Page"
    return inline_serializer(
        name=name,
        fields={
            "count": serializers.IntegerField(min_value=0, help_text="Rows on all pages."),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": serializer(many=True),
        },
    )
