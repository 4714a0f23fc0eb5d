"""Targets: what is wanted of a KPI at an entity in a period."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpialign.api.doors import Listing
from kpialign.api.fields import CodeField, DecimalText, FigureField, PeriodField, TextField
from kpialign.api.paging import paged
from kpialign.api.queries import PageQuery, chosen
from kpialign.api.refusals import (
    ABSENT,
    GENERAL,
    READ_ERRORS,
    WRITE_ERRORS,
    FieldsRefusedError,
)
from kpialign.api.writing import Sent, SheetDoor, StrictInput, sent_rows
from kpialign.interchange import stored_figures
from kpialign.interchange.editing import Key, fingerprint
from kpis.models import Target
from organisation.models import Entity


class TargetRow(serializers.Serializer[Target]):
    """One target row; a row of a longer period holds for the periods inside it."""

    kpi = CodeField(source="kpi.node.code")
    entity = CodeField(source="entity.code")
    period = PeriodField(source="period.label")
    baseline = DecimalText(allow_null=True)
    target = DecimalText(allow_null=True)
    band_low = DecimalText(allow_null=True)
    band_high = DecimalText(allow_null=True)
    budget = DecimalText(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]  # a field, which DRF takes off the class
    illustrative = serializers.BooleanField()


class TargetEntry(StrictInput):
    """A target row as it is made or changed; of a row that is there, what is not sent stays."""

    kpi = CodeField()
    entity = CodeField(required=False, allow_null=True, help_text="Without it: the root.")
    period = PeriodField()
    baseline = FigureField(required=False, allow_null=True)
    target = FigureField(required=False, allow_null=True)
    band_low = FigureField(required=False, allow_null=True)
    band_high = FigureField(required=False, allow_null=True)
    budget = FigureField(required=False, allow_null=True)
    source = TextField(required=False, allow_blank=True, max_length=500)  # type: ignore[assignment]  # a field, which DRF takes off the class
    illustrative = serializers.BooleanField(required=False)


class TargetQuery(PageQuery):
    """Which targets."""

    node = CodeField(required=False, help_text="Only those of this KPI.")
    kpi = CodeField(required=False, help_text="The same as node.")
    entity = CodeField(required=False)
    period = PeriodField(required=False)
    department = CodeField(required=False, help_text="Only those of its KPIs.")


class ChangedRows(serializers.Serializer[Any]):
    """What was changed; warnings tell what should be looked at."""

    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    warnings = serializers.ListField(child=serializers.CharField())


@extend_schema_view(
    get=extend_schema(
        tags=["targets"],
        operation_id="targets_list",
        parameters=[TargetQuery],
        responses={200: paged(TargetRow), **READ_ERRORS, **ABSENT},
    ),
    post=extend_schema(
        tags=["targets"],
        operation_id="targets_set",
        description="One row or a list: all are written, or none.",
        request=PolymorphicProxySerializer(
            "TargetEntries",
            [TargetEntry, TargetEntry(many=True)],
            resource_type_field_name=None,
            many=False,
        ),
        responses={200: ChangedRows, **WRITE_ERRORS},
    ),
)
class TargetsView(Listing, SheetDoor):
    """The target rows, by KPI, entity and period."""

    sheet, row, query = "targets", TargetRow, TargetQuery

    def rows(self, asked: Mapping[str, Any]) -> "QuerySet[Target]":
        """Filter them."""
        found = Target.objects.select_related("kpi__node", "entity", "period")
        lookups = chosen(
            asked,
            kpi="kpi__node__code",
            node="kpi__node__code",
            entity="entity__code",
            period="period__label",
            department="kpi__department__code",
        )
        order = ("kpi__node__code", "entity__code", "period__start_on", "-period__end_on")
        return found.filter(**lookups).order_by(*order)

    def get(self, request: Request) -> Response:
        """Give one page of the target rows."""
        return self.listed(request)

    def post(self, request: Request) -> Response:
        """Set the targets of one row, or of a list of rows."""
        rows, seen = alike(sent_rows(request, TargetEntry))
        done = self.save(request, rows, seen=seen)
        told = {
            "added": done.difference.added,
            "changed": done.difference.changed,
            "unchanged": done.difference.unchanged,
            "warnings": [str(one) for one in done.warnings],
        }
        return Response(ChangedRows(told).data)


def alike(rows: Sequence[Sent]) -> tuple[list[Sent], dict[Key, str]]:
    """Give all rows the same fields: what one does not send of a stored row stays as it is.

    Beside the rows, the marks of those that were filled up: nobody may change them meanwhile.
    """
    names = {name for row in rows for name in row} - {"why"}
    root = Entity.objects.filter(parent=None).values_list("code", flat=True).first() or ""
    held = stored_figures.targets({row["kpi"] for row in rows})
    full: list[Sent] = []
    keys: set[Key] = set()
    seen: dict[Key, str] = {}
    for row in rows:
        key = (row["kpi"], row.get("entity") or root, row["period"])
        if key in keys:
            told = "A cell stands twice in the list; accepted: one row for each cell."
            raise FieldsRefusedError({GENERAL: [told]})
        keys.add(key)
        lacking = names - row.keys()
        if lacking:
            seen[key] = fingerprint(held.get(key))
        full.append({**row, **{name: getattr(held.get(key), name, None) for name in lacking}})
    return full, seen
