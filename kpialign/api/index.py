"""Where a program begins: what there is, and at which address."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpialign.api.doors import Door
from kpialign.api.refusals import READ_ERRORS

NAMES = (
    "entities",
    "departments",
    "objectives",
    "kpis",
    "links",
    "targets",
    "actuals",
    "periods",
    "scores",
    "explanation",
    "findings",
    "schema",
)
INDEX: Any = inline_serializer("Index", {name: serializers.URLField() for name in NAMES})


@extend_schema_view(
    get=extend_schema(
        tags=["index"],
        operation_id="index",
        responses={200: INDEX, **READ_ERRORS},
    ),
)
class IndexView(Door):
    """The addresses of all there is."""

    def get(self, request: Request) -> Response:
        """Give the address of each list, of the explanation and of the description."""
        return Response(
            {name: request.build_absolute_uri(reverse(f"api_{name}")) for name in NAMES}
        )
