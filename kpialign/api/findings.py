"""Findings: what is wrong or doubtful in the cascade, each with what would mend it."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.selectors.findings import cascade_findings
from kpialign.api.doors import Listing
from kpialign.api.fields import Choice, CodeField, PeriodField, TextField
from kpialign.api.paging import paged
from kpialign.api.queries import PageQuery
from kpialign.api.refusals import ABSENT, READ_ERRORS
from kpialign.scoring.findings import Finding, Severity

FILTERS = ("rule", "severity", "node", "entity", "period")


class FindingRow(serializers.Serializer[Finding]):
    """One finding; entity and period are empty where it is about none in particular."""

    rule = serializers.CharField()
    severity = serializers.ChoiceField([one.value for one in Severity])
    node = serializers.CharField()
    entity = serializers.CharField()
    period = serializers.CharField()
    message = serializers.CharField()
    fix = serializers.CharField()


class FindingQuery(PageQuery):
    """Which findings."""

    as_of = serializers.DateField(
        required=False, help_text="Judge what is late as of this day; without it nothing is."
    )
    rule = TextField(required=False, max_length=100)
    severity = Choice([one.value for one in Severity], required=False)
    node = CodeField(required=False)
    entity = CodeField(required=False)
    period = PeriodField(required=False)


@extend_schema_view(
    get=extend_schema(
        tags=["findings"],
        operation_id="findings_list",
        parameters=[FindingQuery],
        responses={200: paged(FindingRow), **READ_ERRORS, **ABSENT},
    ),
)
class FindingsView(Listing):
    """The findings of the version in force, errors first."""

    row, query = FindingRow, FindingQuery

    def get(self, request: Request) -> Response:
        """Give one page of the findings."""
        return self.listed(request)

    def rows(self, asked: Mapping[str, Any]) -> list[Finding]:
        """Look through the cascade."""
        wanted = {name: asked[name] for name in FILTERS if name in asked}
        return [
            one
            for one in cascade_findings(asked.get("as_of"))
            if all(getattr(one, name) == value for name, value in wanted.items())
        ]
