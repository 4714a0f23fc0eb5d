"""Periods: the months, quarters and fiscal years, and whether they are open at each entity."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from kpialign.api.doors import Listing
from kpialign.api.fields import Choice, CodeField, PeriodField
from kpialign.api.paging import page_of, paged
from kpialign.api.queries import PageQuery, asked_for, chosen
from kpialign.api.refusals import ABSENT, READ_ERRORS
from kpis.models import PeriodState, ReportingPeriod
from organisation.models import Entity

State = PeriodState.State


class EntityState(serializers.Serializer[Any]):
    """Whether a period takes figures at one entity."""

    entity = CodeField()
    state = serializers.ChoiceField(State.values)


class PeriodRow(serializers.Serializer[ReportingPeriod]):
    """One period: its state at the entity that was asked for (else the root), and at all."""

    label = PeriodField()  # type: ignore[assignment]  # a field, which DRF takes off the class
    kind = serializers.ChoiceField(ReportingPeriod.Kind.values)
    start_on = serializers.DateField()
    end_on = serializers.DateField()
    parent = PeriodField(source="parent.label", default=None, allow_null=True)  # type: ignore[assignment]  # a field, which DRF takes off the class
    state = serializers.ChoiceField(State.values)
    entities = EntityState(many=True)


class PeriodQuery(PageQuery):
    """Which periods."""

    kind = Choice(ReportingPeriod.Kind.values, required=False)
    label = PeriodField(required=False)  # type: ignore[assignment]  # a field, which DRF takes off the class
    parent = PeriodField(required=False, help_text="Only those directly inside this one.")  # type: ignore[assignment]  # a field, which DRF takes off the class
    entity = CodeField(required=False, help_text="The entity whose state is told; else the root.")
    state = Choice(State.values, required=False, help_text="At that entity.")


@extend_schema_view(
    get=extend_schema(
        tags=["periods"],
        operation_id="periods_list",
        parameters=[PeriodQuery],
        responses={200: paged(PeriodRow), **READ_ERRORS, **ABSENT},
    ),
)
class PeriodsView(Listing):
    """The periods, from the earliest on, longer ones before those inside them."""

    row, query = PeriodRow, PeriodQuery

    def get(self, request: Request) -> Response:
        """Give one page of the periods, each with its state at every entity."""
        asked = asked_for(request, self.query)
        entities = list(Entity.objects.order_by("code"))
        place = _entity(entities, asked.get("entity"))
        told = page_of(request, _found(asked, place), asked, _row_of(entities, place))
        return Response(told)


def _entity(entities: list[Entity], code: str | None) -> Entity | None:
    if code is None:
        return next((one for one in entities if one.parent_id is None), None)
    for one in entities:
        if one.code == code:
            return one
    raise NotFound(f"There is no entity “{code}”.")


def _found(asked: Mapping[str, Any], place: Entity | None) -> "QuerySet[ReportingPeriod]":
    periods = ReportingPeriod.objects.select_related("parent").prefetch_related(
        Prefetch("states", PeriodState.objects.order_by("pk"))
    )
    periods = periods.filter(**chosen(asked, kind="kind", label="label", parent="parent__label"))
    if "state" in asked:
        other = PeriodState.objects.filter(entity=place).exclude(state=State.OPEN)
        if asked["state"] == State.OPEN:
            periods = periods.exclude(pk__in=other.values("period"))
        else:
            periods = periods.filter(pk__in=other.filter(state=asked["state"]).values("period"))
    return periods.order_by("start_on", "-end_on")


def _row_of(entities: list[Entity], place: Entity | None) -> type[PeriodRow]:
    """Make the row that tells the states at these entities."""

    class _Row(PeriodRow):
        def to_representation(self, instance: ReportingPeriod) -> dict[str, Any]:
            held = {one.entity_id: one.state for one in instance.states.all()}
            states = {one.pk: held.get(one.pk, State.OPEN.value) for one in entities}
            instance.state = states.get(place.pk) if place else State.OPEN.value  # type: ignore[attr-defined]  # told beside the row
            instance.entities = [  # type: ignore[attr-defined]  # told beside the row
                {"entity": one.code, "state": states[one.pk]} for one in entities
            ]
            return super().to_representation(instance)

    return _Row
