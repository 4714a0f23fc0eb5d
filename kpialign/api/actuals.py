"""Actuals: the figures that count, the drafts within one's scope, and how they come in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kpialign.api.cells import Cells, Place, held_cells, kept
from kpialign.api.doors import Listing
from kpialign.api.fields import Choice, CodeField, DecimalText, FigureField, PeriodField, TextField
from kpialign.api.paging import paged
from kpialign.api.queries import PageQuery, chosen
from kpialign.api.refusals import (
    ABSENT,
    GENERAL,
    READ_ERRORS,
    WRITE_ERRORS,
    FieldsRefusedError,
)
from kpialign.api.writing import Sent, StrictInput, sent_rows
from kpis.models import Actual, ActualRevision
from kpis.selectors.drafts import figures_to_read
from kpis.services.actuals import record_figures
from kpis.services.figure_rules import FigureChange
from organisation.access import Person
from organisation.models import User
from organisation.permissions import can_enter_some_actuals, person_of

Status = ActualRevision.Status


class ActualRow(serializers.Serializer[ActualRevision]):
    """One figure: the one that counts in its cell, or the draft there or beside it."""

    kpi = CodeField(source="actual.kpi.node.code")
    entity = CodeField(source="actual.entity.code")
    period = PeriodField(source="actual.period.label")
    value = DecimalText(allow_null=True)
    status = serializers.ChoiceField(Status.values)
    comment = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field, which DRF takes off the class
    revision = serializers.IntegerField(source="number", min_value=1)
    by = serializers.EmailField(source="by.email", default=None, allow_null=True)
    at = serializers.DateTimeField()
    why = serializers.CharField()
    path = serializers.CharField()


class ActualEntry(StrictInput):
    """A figure as a program gives it; it is approved by a person, never by a program."""

    kpi = CodeField()
    entity = CodeField(required=False, allow_null=True, help_text="Without it: the root.")
    period = PeriodField(help_text="Of exactly the KPI's frequency.")
    value = FigureField(allow_null=True, help_text="null: there is no figure.")
    status = Choice([Status.DRAFT, Status.SUBMITTED], default=Status.SUBMITTED)
    comment = TextField(required=False, allow_blank=True, max_length=2_000)
    source = TextField(required=False, allow_blank=True, max_length=500)  # type: ignore[assignment]  # a field, which DRF takes off the class
    based_on = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=2**31 - 1,
        help_text="The latest revision that was read, 0 for none: a newer one answers 409.",
    )


class ActualQuery(PageQuery):
    """Which figures."""

    node = CodeField(required=False, help_text="Only those of this KPI.")
    kpi = CodeField(required=False, help_text="The same as node.")
    entity = CodeField(required=False)
    period = PeriodField(required=False)
    department = CodeField(required=False, help_text="Only those of its KPIs.")
    status = Choice(Status.values, required=False)


class RecordedFigures(serializers.Serializer[Any]):
    """How many cells were written, and what all cells of the request hold now."""

    recorded = serializers.IntegerField()
    results = ActualRow(many=True)


@extend_schema_view(
    get=extend_schema(
        tags=["actuals"],
        operation_id="actuals_list",
        description="In the order in which they were written. Drafts outside one's scope are no"
        " part of it.",
        parameters=[ActualQuery],
        responses={200: paged(ActualRow), **READ_ERRORS, **ABSENT},
    ),
    post=extend_schema(
        tags=["actuals"],
        operation_id="actuals_record",
        description="One figure or a list: all are written, or none. A figure that counts already"
        " changes only with a reason (why).",
        request=PolymorphicProxySerializer(
            "ActualEntries",
            [ActualEntry, ActualEntry(many=True)],
            resource_type_field_name=None,
            many=False,
        ),
        responses={200: RecordedFigures, **WRITE_ERRORS, **ABSENT},
    ),
)
class ActualsView(Listing):
    """Figures: read by everyone, drafts and entering within one's scope."""

    row, query = ActualRow, ActualQuery

    @staticmethod
    def may_write(person: Person) -> bool:
        """Let in whoever enters figures; which ones is asked for each cell."""
        return can_enter_some_actuals(person)

    def rows(self, asked: Mapping[str, Any]) -> "QuerySet[ActualRevision]":
        """Filter what the person may read."""
        lookups = chosen(
            asked,
            kpi="actual__kpi__node__code",
            node="actual__kpi__node__code",
            entity="actual__entity__code",
            period="actual__period__label",
            department="actual__kpi__department__code",
            status="status",
        )
        return _told(person_of(self.request)).filter(**lookups)

    def get(self, request: Request) -> Response:
        """Give one page of the figures."""
        return self.listed(request)

    def post(self, request: Request) -> Response:
        """Draft or submit one figure, or a list of them."""
        person, rows = person_of(request), sent_rows(request, ActualEntry)
        changes = _changes(person, rows, is_list=isinstance(request.data, list))
        count = record_figures(changes=changes, by=person, path="api")
        cells = Actual.objects.filter(
            kpi__in={one.kpi.pk for one in changes}, period__in={one.period.pk for one in changes}
        )
        wanted = {one.key for one in changes}
        held = [
            pk
            for pk, *key in cells.values_list("pk", "kpi", "entity", "period")
            if tuple(key) in wanted
        ]
        figures = _told(person).filter(actual__in=held)
        return Response(RecordedFigures({"recorded": count, "results": figures}).data)


def _told(person: User) -> "QuerySet[ActualRevision]":
    parts = ("actual__kpi__node", "actual__entity", "actual__period", "by")
    return figures_to_read(person).select_related(*parts)


def _changes(person: User, rows: Sequence[Sent], *, is_list: bool) -> list[FigureChange]:
    """State the rows as changes; what a row does not say of its cell stays."""
    cells = Cells(person, rows)
    places = _places(cells, rows, is_list=is_list)
    keys = [(kpi.pk, entity.pk, period.pk) for kpi, entity, period in places]
    if len(set(keys)) < len(keys):
        told = "A cell stands twice in the list; accepted: one row for each cell."
        raise FieldsRefusedError({GENERAL: [told]})
    held = held_cells(places)
    changes = []
    for row, (kpi, entity, period), key in zip(rows, places, keys, strict=True):
        cell = held.get(key)
        newest = (cell.draft or cell.counted) if cell else None
        changes.append(
            FigureChange(
                kpi=kpi,
                entity=entity,
                period=period,
                value=kept(row["value"]),
                status=_status(row, cell.counted if cell else None),
                comment=row.get("comment", newest.comment if newest else ""),
                source=row.get("source", ""),
                why=row.get("why", ""),
                based_on=row.get("based_on"),
            )
        )
    return changes


def _places(cells: Cells, rows: Sequence[Sent], *, is_list: bool) -> list[Place]:
    """Find the cells of all rows; what is wrong is told row by row."""
    found: list[Place] = []
    wrong: dict[str, Any] = {}
    for number, row in enumerate(rows):
        try:
            found.append(cells.place(row))
        except FieldsRefusedError as error:
            wrong[str(number)] = error.errors
    if wrong:
        raise FieldsRefusedError(wrong if is_list else wrong["0"])
    return found


def _status(row: Sent, counted: ActualRevision | None) -> str:
    """Return the status that the figure gets, as the entry sheet gives it."""
    if row["value"] is None and counted is None:
        return Status.DRAFT  # no figure is no figure to submit
    if row["status"] == Status.SUBMITTED and counted and counted.value == kept(row["value"]):
        return counted.status  # a comment alone asks for no new approval
    return str(row["status"])
