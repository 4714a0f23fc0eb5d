"""Objectives: what the organisation wants."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from kpialign.api.doors import RowType
from kpialign.api.fields import Choice, CodeField, NameField, StateField, TextField, in_state
from kpialign.api.queries import PageQuery, chosen
from kpialign.api.resources import (
    CodeDetail,
    CodeList,
    CodeSource,
    described_detail,
    described_list,
)
from kpialign.api.writing import StrictInput
from kpis.models import Node, NodeDefinition
from kpis.selectors.purpose import version_in_force

AGGREGATIONS = NodeDefinition.Aggregation.values


class ObjectiveRow(serializers.Serializer[NodeDefinition]):
    """One objective as the version in force has it."""

    code = CodeField(source="node.code")
    name = serializers.CharField(source="node.objective.name")
    description = serializers.CharField(source="node.objective.description")
    perspective = CodeField(source="node.objective.perspective.code", default=None, allow_null=True)
    department = CodeField(source="node.objective.department.code", default=None, allow_null=True)
    owner_email = serializers.EmailField(
        source="node.objective.owner.email", default=None, allow_null=True
    )
    aggregation = serializers.ChoiceField(AGGREGATIONS)
    state = StateField(source="node.archived_at")


class ObjectiveEntry(StrictInput):
    """An objective as it is made or changed; archiving is a change of its state."""

    code = CodeField()
    name = NameField()
    description = TextField(required=False, allow_blank=True, max_length=32_767)
    perspective = CodeField(required=False, allow_null=True)
    department = CodeField(required=False, allow_null=True)
    owner_email = serializers.EmailField(required=False, allow_null=True, max_length=254)
    aggregation = Choice(AGGREGATIONS, required=False)
    state = Choice(["active", "archived"], required=False)


class ObjectiveQuery(PageQuery):
    """Which objectives."""

    perspective = CodeField(required=False)
    department = CodeField(required=False)
    owner_email = serializers.EmailField(required=False)
    state = Choice(["active", "archived"], required=False)


class ObjectiveSource(CodeSource):
    """Every objective, archived ones too."""

    sheet, noun, code_field = "objectives", "objective", "node__code"
    row: ClassVar[RowType] = ObjectiveRow
    entry = ObjectiveEntry

    def found(self) -> "QuerySet[NodeDefinition]":
        """Select the objectives of the version in force, by code."""
        parts = ("perspective", "department", "owner")
        return (
            NodeDefinition.objects.filter(
                version=version_in_force(), node__kind=Node.Kind.OBJECTIVE
            )
            .select_related("node", *(f"node__objective__{part}" for part in parts))
            .order_by("node__code")
        )


@described_list("objectives", ObjectiveRow, ObjectiveQuery, ObjectiveEntry)
class ObjectivesView(ObjectiveSource, CodeList):
    """The objectives, by code."""

    query = ObjectiveQuery

    def rows(self, asked: Mapping[str, Any]) -> "QuerySet[NodeDefinition]":
        """Filter them."""
        lookups = chosen(
            asked,
            perspective="node__objective__perspective__code",
            department="node__objective__department__code",
            owner_email="node__objective__owner__email__iexact",
        )
        return self.found().filter(**lookups, **in_state(asked))


@described_detail("objectives", ObjectiveRow, ObjectiveEntry)
class ObjectiveView(ObjectiveSource, CodeDetail):
    """One objective."""
