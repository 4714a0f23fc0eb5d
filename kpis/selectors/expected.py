"""Read where figures are expected: which KPIs people enter, and at which entities."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q, QuerySet

from kpis.models import KPI, Actual, NodeDefinition, ReportingPeriod, Target
from kpis.selectors.purpose import version_in_force
from organisation.models import Entity


def entered_kpis() -> QuerySet[KPI]:
    """Select the active KPIs that people enter: those without a formula."""
    version = version_in_force()
    calculated = NodeDefinition.objects.filter(version=version).exclude(formula="").values("node")
    return KPI.objects.filter(node__archived_at=None).exclude(node__in=calculated)


class Expectation:
    """At which entities the figures of some KPIs are expected; read once for all of them."""

    def __init__(self, kpis: Sequence[KPI]) -> None:
        """Read entities, reporting lists and roll-ups; `kpis` come with their entities."""
        self.entities = {entity.pk: entity for entity in Entity.objects.order_by("code")}
        self.root_ids = {pk for pk, entity in self.entities.items() if entity.parent_id is None}
        unlisted = [kpi for kpi in kpis if not kpi.entities.all()]
        self.reported = _reported(unlisted)
        version = version_in_force()
        definitions = NodeDefinition.objects.filter(version=version, node__kpi__in=kpis)
        consolidating = definitions.exclude(entity_rollup__in=["", "none"])
        self.consolidating = set(consolidating.values_list("node_id", flat=True))

    def within(self, entity: Entity, other: Entity) -> bool:
        """Whether another entity is this one, or lies beneath it."""
        return other == entity or entity.pk in self._ancestors(other.pk)

    def entities_of(self, kpi: KPI, period: ReportingPeriod) -> list[Entity]:
        """Return where the KPI is entered in a period: reported, active and not consolidated.

        A KPI that was never reported anywhere is entered at the root.
        """
        listed = {entity.pk for entity in kpi.entities.all()}
        listed = listed or self.reported.get(kpi.pk) or self.root_ids
        above = {ancestor for pk in listed for ancestor in self._ancestors(pk)}
        consolidated = above if kpi.pk in self.consolidating else set()
        return [
            entity
            for pk, entity in self.entities.items()
            if pk in listed - consolidated and _is_active(entity, period)
        ]

    def _ancestors(self, entity_id: int) -> set[int]:
        found: set[int] = set()
        parent = self.entities[entity_id].parent_id
        while parent is not None:
            found.add(parent)
            parent = self.entities[parent].parent_id
        return found


def _is_active(entity: Entity, period: ReportingPeriod) -> bool:
    """Tell whether the entity is active in any month of the period."""
    starts_later = entity.active_from is not None and entity.active_from > period.end_on
    has_ended = entity.active_to is not None and entity.active_to < period.start_on
    return not starts_later and not has_ended


def _reported(kpis: Sequence[KPI]) -> dict[int, set[int]]:
    """Map each KPI without a list to the entities where it has a figure or a target."""
    reported: dict[int, set[int]] = defaultdict(set)
    has_figure = Q(counted__value__isnull=False) | Q(draft__value__isnull=False)
    rows = Actual.objects.filter(has_figure, kpi__in=kpis).values_list("kpi", "entity").order_by()
    wanted = Target.objects.filter(kpi__in=kpis).values_list("kpi", "entity").order_by()
    for kpi_id, entity_id in rows.union(wanted):
        reported[kpi_id].add(entity_id)
    return reported
