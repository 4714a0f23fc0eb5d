"""Explanations: the sum behind one score, down to the figures that were entered."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.selectors.explanations import explained_score
from dashboards.telling import facts
from kpialign.api.doors import Door
from kpialign.api.fields import CodeField, PeriodField
from kpialign.api.queries import Query, asked_for
from kpialign.api.refusals import ABSENT, READ_ERRORS
from kpialign.api.scores import entity_asked_for, period_asked_for
from kpis.models import Node

NUMBER = {"type": "number", "nullable": True}
PARTS = {"type": "array", "items": {"type": "object", "additionalProperties": True}}
EXPLANATION: Mapping[str, Any] = {
    "type": "object",
    "required": ["node", "entity", "period", "score", "coverage", "how", "terms"],
    "properties": {
        "node": {"type": "string"},
        "entity": {"type": "string"},
        "period": {"type": "string"},
        "score": NUMBER,
        "coverage": NUMBER,
        "how": {"type": "string"},
        "terms": PARTS | {"description": "Each with code, weight, score, product, and the same."},
        "waiting": PARTS | {"description": "Children whose score is unknown."},
        "drivers": PARTS,
        "value": NUMBER,
        "attainment": {"type": "object", "nullable": True, "additionalProperties": True},
        "formula": {"type": "object", "additionalProperties": True},
        "consolidated": PARTS,
        "own_periods": PARTS,
        "revision": {"type": "object", "nullable": True, "additionalProperties": True},
    },
    "additionalProperties": True,
}


class ExplanationQuery(Query):
    """Which score."""

    node = CodeField(help_text="The objective or KPI.")
    period = PeriodField(required=False, help_text="Without it: the latest that has ended.")
    entity = CodeField(required=False, help_text="Without it: the root.")


@extend_schema_view(
    get=extend_schema(
        tags=["scores"],
        operation_id="scores_explain",
        parameters=[ExplanationQuery],
        responses={
            200: OpenApiResponse(dict(EXPLANATION), "How the score arises."),
            **READ_ERRORS,
            **ABSENT,
        },
    ),
)
class ExplanationView(Door):
    """How one score arises."""

    def get(self, request: Request) -> Response:
        """Explain it, down to the figures that were entered."""
        asked = asked_for(request, ExplanationQuery)
        code, place, period = asked["node"], entity_asked_for(asked), period_asked_for(asked)
        node = Node.objects.filter(code=code).first()
        if node is None:
            raise NotFound(f"There is no objective or KPI “{code}”.")
        explained = explained_score(code, place, period) if place and period else None
        if explained is None:
            named = period.label if period else "now"
            raise NotFound(f"No figure is there around {named}: nothing is scored then.")
        if explained.is_archived:
            raise NotFound(f"{code} is archived: it has no score.")
        return Response(facts(explained))
