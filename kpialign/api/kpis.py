"""KPIs: what is measured."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
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
from kpialign.api.writing import MOST_ROWS, StrictInput
from kpialign.interchange.sheets import WEEKLY
from kpis.models import KPI, Node, NodeDefinition
from kpis.selectors.purpose import version_in_force
from organisation.models import Entity

CATEGORIES, FREQUENCIES = KPI.Category.values, KPI.Frequency.values
AGGREGATIONS = NodeDefinition.Aggregation.values
DIRECTIONS = NodeDefinition.Direction.values
TIME_ROLLUPS = NodeDefinition.TimeRollup.values
ENTITY_ROLLUPS = NodeDefinition.EntityRollup.values


class EntityCodes(serializers.ListField):
    """The codes of related entities, read beforehand."""

    child = CodeField()

    def to_representation(self, data: Any) -> list[str]:  # noqa: ANN401, a related manager
        """List them."""
        return [one.code for one in data.all()]


class KPIRow(serializers.Serializer[NodeDefinition]):
    """One KPI as the version in force has it."""

    code = CodeField(source="node.code")
    name = serializers.CharField(source="node.kpi.name")
    description = serializers.CharField(source="node.kpi.description")
    category = serializers.ChoiceField(CATEGORIES, source="node.kpi.category")
    department = CodeField(source="node.kpi.department.code")
    unit = serializers.CharField(source="node.kpi.unit")
    decimals = serializers.IntegerField(source="node.kpi.decimals", allow_null=True)
    direction = serializers.ChoiceField(DIRECTIONS)
    frequency = serializers.ChoiceField(FREQUENCIES, source="node.kpi.frequency")
    time_rollup = serializers.ChoiceField(TIME_ROLLUPS)
    entity_rollup = serializers.ChoiceField(
        [*ENTITY_ROLLUPS, ""], help_text="Empty: formula for a KPI with a formula, else none."
    )
    entities = EntityCodes(
        source="node.kpi.entities",
        help_text="Where it is reported; empty: where it has targets or actuals.",
    )
    formula = serializers.CharField()
    aggregation = serializers.ChoiceField(AGGREGATIONS)
    owner_email = serializers.EmailField(
        source="node.kpi.owner.email", default=None, allow_null=True
    )
    tags = serializers.CharField(source="node.kpi.tags")
    state = StateField(source="node.archived_at")


class KPIEntry(StrictInput):
    """A KPI as it is made or changed; archiving is a change of its state."""

    code = CodeField()
    name = NameField()
    description = TextField(required=False, allow_blank=True, max_length=32_767)
    category = Choice(CATEGORIES)
    department = CodeField()
    unit = TextField(required=False, allow_blank=True, max_length=40)
    decimals = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=15)
    direction = Choice(DIRECTIONS)
    frequency = Choice(FREQUENCIES, later=WEEKLY)
    time_rollup = Choice(TIME_ROLLUPS)
    entity_rollup = Choice(ENTITY_ROLLUPS, required=False, allow_null=True)
    entities = serializers.ListField(child=CodeField(), required=False, max_length=MOST_ROWS)
    formula = TextField(required=False, allow_blank=True, max_length=4_000)
    aggregation = Choice(AGGREGATIONS, required=False)
    owner_email = serializers.EmailField(required=False, allow_null=True, max_length=254)
    tags = TextField(required=False, allow_blank=True, max_length=500)
    state = Choice(["active", "archived"], required=False)


class KPIQuery(PageQuery):
    """Which KPIs."""

    department = CodeField(required=False)
    category = Choice(CATEGORIES, required=False)
    frequency = Choice(FREQUENCIES, required=False)
    owner_email = serializers.EmailField(required=False)
    state = Choice(["active", "archived"], required=False)


class KPISource(CodeSource):
    """Every KPI, archived ones too."""

    sheet, noun, code_field = "kpis", "KPI", "node__code"
    row: ClassVar[RowType] = KPIRow
    entry = KPIEntry

    def found(self) -> "QuerySet[NodeDefinition]":
        """Select the KPIs of the version in force, by code."""
        return (
            NodeDefinition.objects.filter(version=version_in_force(), node__kind=Node.Kind.KPI)
            .select_related("node", "node__kpi__department", "node__kpi__owner")
            .prefetch_related(Prefetch("node__kpi__entities", Entity.objects.order_by("code")))
            .order_by("node__code")
        )


@described_list("kpis", KPIRow, KPIQuery, KPIEntry)
class KPIsView(KPISource, CodeList):
    """The KPIs, by code."""

    query = KPIQuery

    def rows(self, asked: Mapping[str, Any]) -> "QuerySet[NodeDefinition]":
        """Filter them."""
        lookups = chosen(
            asked,
            department="node__kpi__department__code",
            category="node__kpi__category",
            frequency="node__kpi__frequency",
            owner_email="node__kpi__owner__email__iexact",
        )
        return self.found().filter(**lookups, **in_state(asked))


@described_detail("kpis", KPIRow, KPIEntry)
class KPIView(KPISource, CodeDetail):
    """One KPI."""
