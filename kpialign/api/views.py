"""The description of the API for programs, and the page that shows it to people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from kpialign.api.browsing import subjects
from organisation.permissions import can_read_scores, requires


class SchemaView(SpectacularAPIView):
    """The OpenAPI document of the API: JSON, or YAML for whoever accepts only that."""

    renderer_classes = [
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
    ]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Give the document; it is the same for everyone."""
        given: Response = self._get_schema_response(request)  # type: ignore[no-untyped-call]
        return given


@require_safe
@requires(can_read_scores)
def docs(request: HttpRequest) -> HttpResponse:
    """Show what the API takes and gives, operation by operation."""
    return render(request, "api/docs.html", {"subjects": subjects()})
