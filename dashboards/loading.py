"""Load what scores depend on, from rows into the arrays of the scoring core."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from dashboards.axis import Axis, Span
from kpialign.scoring.arrays import FloatArray
from kpialign.scoring.inputs import (
    LENGTHS,
    ActualArrays,
    CascadeInput,
    EntityInput,
    KpiInput,
    Length,
    LinkInput,
    NodeInput,
    TargetArrays,
)
from kpis.models import (
    KPI,
    Actual,
    Node,
    NodeDefinition,
    PlanVersion,
    Rate,
    Target,
)
from kpis.selectors.periods import KIND_OF_FREQUENCY
from organisation.models import Entity, Organisation


@dataclass(frozen=True, eq=False)
class Loaded:
    """The arrays, and which rows their positions stand for."""

    inputs: CascadeInput
    entity_ids: tuple[int, ...]
    node_ids: tuple[int, ...]
    period_ids: tuple[int, ...]  # by column


def load_inputs(
    version: PlanVersion,
    span: Span,
    *,
    needed: Collection[str] | None = None,
    given: Collection[str] = (),
) -> Loaded:
    """Load a version's cascade and its figures: of all nodes, or of the needed ones.

    `given` are nodes whose scores are known: they stand in the cascade without their figures.
    """
    organisation = Organisation.objects.get()
    axis = Axis(span)
    entities = _entities_from_root()
    place = {entity.pk: position for position, entity in enumerate(entities)}
    nodes = Node.objects.order_by("code")
    if needed is not None:
        nodes = nodes.filter(code__in={*needed, *given})
    found = sorted(nodes, key=lambda node: node.code)
    node_place = {node.pk: position for position, node in enumerate(found)}
    describe = _describer(version, place, None if needed is None else list(node_place))
    figured = [node for node in found if needed is None or node.code in needed]
    figured_place = {node.pk: node_place[node.pk] for node in figured}
    inputs = CascadeInput(
        calendar=axis.calendar,
        currency=organisation.currency,
        entities=tuple(
            EntityInput(
                key=entity.code,
                parent=place[entity.parent_id] if entity.parent_id else -1,
                currency=entity.currency or organisation.currency,
                active_from=axis.month_index(entity.active_from),
                active_to=axis.month_index(entity.active_to),
            )
            for entity in entities
        ),
        nodes=tuple(describe(node, node.pk in figured_place) for node in found),
        links=_links(version, node_place),
        actuals=_actuals(axis, figured_place, place, partial=needed is not None),
        targets=_targets(axis, figured_place, place, partial=needed is not None),
        rates=_rates(axis),
        span_start=span[0],
        span_end=span[1],
    )
    ids = tuple(entity.pk for entity in entities), tuple(node.pk for node in found)
    return Loaded(inputs, *ids, axis.period_ids)


def _entities_from_root() -> list[Entity]:
    """Return the entities, parents before children, children by code."""
    children: dict[int | None, list[Entity]] = {}
    for entity in Entity.objects.order_by("code"):
        children.setdefault(entity.parent_id, []).append(entity)
    ordered = list(children.get(None, []))
    for entity in ordered:
        ordered.extend(children.get(entity.pk, []))
    return ordered


def _describer(
    version: PlanVersion, place: dict[int, int], node_ids: Sequence[int] | None
) -> Callable[[Node, bool], NodeInput]:
    """Read definitions once, of some nodes or of all; return what describes one of them."""
    rows, measures = NodeDefinition.objects.filter(version=version), KPI.objects.all()
    lists = KPI.entities.through.objects.all()
    if node_ids is not None:
        rows, measures = rows.filter(node__in=node_ids), measures.filter(node__in=node_ids)
        lists = lists.filter(kpi__in=node_ids)
    definitions = {row.node_id: row for row in rows}
    kpis = {kpi.pk: kpi for kpi in measures}
    listed: dict[int, list[int]] = {}
    for kpi_id, entity_id in lists.values_list("kpi", "entity"):
        listed.setdefault(kpi_id, []).append(place[entity_id])

    def describe(node: Node, measured: bool) -> NodeInput:  # noqa: FBT001  two kinds of one thing
        row = definitions[node.pk]
        kpi = kpis.get(node.pk) if measured else None
        reported = listed.get(node.pk)
        return NodeInput(
            key=node.code,
            aggregation=row.aggregation,  # type: ignore[arg-type]  # held by the field's choices
            archived=node.archived_at is not None,
            kpi=_measure(kpi, row, tuple(sorted(reported)) if reported else None) if kpi else None,
        )

    return describe


def _measure(kpi: KPI, row: NodeDefinition, reported: tuple[int, ...] | None) -> KpiInput:
    rollup = row.entity_rollup or ("formula" if row.formula else "none")
    return KpiInput(
        length=Length(KIND_OF_FREQUENCY[kpi.frequency].value),
        direction=row.direction,  # type: ignore[arg-type]  # held by the field's choices
        time_rollup=row.time_rollup,  # type: ignore[arg-type]  # held by the field's choices
        entity_rollup=rollup,  # type: ignore[arg-type]  # held by the field's choices
        formula=row.formula,
        is_money=kpi.unit == "money",
        reported_at=reported,
    )


def _links(version: PlanVersion, node_place: dict[int, int]) -> tuple[LinkInput, ...]:
    rows = version.links.filter(kind="contributes").values_list("parent", "child", "weight")
    return tuple(
        LinkInput(node_place[parent], node_place[child], float(weight))
        for parent, child, weight in rows.order_by()
        if parent in node_place and child in node_place
    )


def _actuals(
    axis: Axis, nodes: dict[int, int], entities: dict[int, int], *, partial: bool
) -> ActualArrays:
    rows = Actual.objects.filter(counted__value__isnull=False).order_by()
    if partial:
        rows = rows.filter(kpi__in=list(nodes))
    fields = ("kpi", "entity", "period", "counted__value", "counted__status")
    return ActualArrays.of(
        [
            (
                nodes[kpi],
                entities[entity],
                axis.index[period][1],
                float(value),
                status != "approved",
            )
            for kpi, entity, period, value, status in rows.values_list(*fields).iterator()
            if kpi in nodes
        ]
    )


def _targets(
    axis: Axis, nodes: dict[int, int], entities: dict[int, int], *, partial: bool
) -> TargetArrays:
    rows = Target.objects.order_by()
    if partial:
        rows = rows.filter(kpi__in=list(nodes))
    fields = ("kpi", "entity", "period", "baseline", "target", "band_low", "band_high")
    found = []
    for kpi, entity, period, *cells in rows.values_list(*fields).iterator():
        if kpi in nodes and period in axis.index:
            length, index = axis.index[period]
            known = [_float(cell) for cell in cells]
            found.append((nodes[kpi], entities[entity], length.rank, index, *known))
    return TargetArrays.of(found)  # type: ignore[arg-type]  # four cells, as the fields are


def _float(value: Decimal | None) -> float:
    return float("nan") if value is None else float(value)


def _rates(axis: Axis) -> dict[str, dict[Length, tuple[FloatArray, FloatArray]]]:
    rates: dict[str, dict[Length, tuple[FloatArray, FloatArray]]] = {}
    rows = Rate.objects.values_list("currency", "period", "average", "closing").order_by()
    for currency, period, average, closing in rows:
        if period not in axis.index:
            continue
        length, index = axis.index[period]
        arrays = rates.setdefault(
            currency,
            {
                one: (
                    np.full(axis.calendar.count(one), np.nan),
                    np.full(axis.calendar.count(one), np.nan),
                )
                for one in LENGTHS
            },
        )
        arrays[length][0][index], arrays[length][1][index] = float(average), float(closing)
    return rates
