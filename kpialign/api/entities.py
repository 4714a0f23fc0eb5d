"""Entities: the companies, plants, regions and units that the organisation consists of."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from kpialign.api.doors import RowType
from kpialign.api.fields import CodeField, CurrencyField, MonthField, NameField
from kpialign.api.queries import PageQuery, chosen
from kpialign.api.resources import (
    CodeDetail,
    CodeList,
    CodeSource,
    described_detail,
    described_list,
)
from kpialign.api.writing import StrictInput
from organisation.models import Entity


class EntityRow(serializers.Serializer[Entity]):
    """One entity; it is active in every month where no first or last one is given."""

    code = CodeField()
    name = serializers.CharField()
    parent = CodeField(source="parent.code", default=None, allow_null=True)  # type: ignore[assignment]  # a field, which DRF takes off the class
    currency = serializers.CharField(help_text="Empty: the organisation's.")
    active_from = MonthField(allow_null=True)
    active_to = MonthField(allow_null=True)


class EntityEntry(StrictInput):
    """An entity as it is made or changed."""

    code = CodeField()
    name = NameField()
    parent = CodeField(required=False, allow_null=True, help_text="Exactly one has none.")  # type: ignore[assignment]  # a field, which DRF takes off the class
    currency = CurrencyField(required=False, allow_null=True)
    active_from = MonthField(required=False, allow_null=True)
    active_to = MonthField(required=False, allow_null=True)


class EntityQuery(PageQuery):
    """Which entities."""

    parent = CodeField(required=False, help_text="Only those directly beneath this one.")  # type: ignore[assignment]  # a field, which DRF takes off the class


class EntitySource(CodeSource):
    """Every entity."""

    sheet, noun = "entities", "entity"
    row: ClassVar[RowType] = EntityRow
    entry = EntityEntry

    def found(self) -> "QuerySet[Entity]":
        """Select the entities by code."""
        return Entity.objects.select_related("parent").order_by("code")


@described_list("entities", EntityRow, EntityQuery, EntityEntry)
class EntitiesView(EntitySource, CodeList):
    """The entities, by code."""

    query = EntityQuery

    def rows(self, asked: Mapping[str, Any]) -> "QuerySet[Entity]":
        """Filter them."""
        return self.found().filter(**chosen(asked, parent="parent__code"))


@described_detail("entities", EntityRow, EntityEntry)
class EntityView(EntitySource, CodeDetail):
    """One entity."""
