"""Load what scores depend on, from rows into the arrays of the scoring core."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from dashboards.axis import Axis, Span
from dashboards.figure_arrays import MOST_LISTED, Places, load_actuals, load_rates, load_targets
from kpialign.scoring.arrays import IntArray
from kpialign.scoring.inputs import (
    Aggregation,
    CascadeInput,
    Direction,
    EntityInput,
    EntityRollup,
    KpiInput,
    Length,
    LinkInput,
    NodeInput,
    TimeRollup,
)
from kpis.models import KPI, NodeDefinition, PlanVersion
from kpis.selectors.periods import KIND_OF_FREQUENCY
from objectives.models import CascadeLink
from organisation.models import Entity, Organisation

MONEY = "money"
DEFINED = (
    "node",
    "node__code",
    "node__archived_at",
    "aggregation",
    "direction",
    "time_rollup",
    "entity_rollup",
    "formula",
    "node__kpi__frequency",
    "node__kpi__unit",
)
Defined = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Loaded:
    """The arrays, and which rows their positions stand for."""

    inputs: CascadeInput
    entity_ids: tuple[int, ...]
    node_ids: tuple[int, ...]
    period_ids: tuple[int, ...]  # by column
    revisions: IntArray  # the numbers of the actuals' revisions, where they were asked for


def load_inputs(
    version: PlanVersion,
    span: Span,
    *,
    needed: Collection[str] | None = None,
    given: Collection[str] = (),
    is_numbered: bool = False,
) -> Loaded:
    """Load a version's cascade and its figures: of all nodes, or of the needed ones.

    `given` are nodes whose scores are known: they stand in the cascade without their figures.
    The numbers of revisions are loaded only if asked for.
    """
    axis = Axis(span)
    currency = Organisation.objects.get().currency
    entities, entity_ids = _entities(axis, currency)
    rows = _definitions(version, None if needed is None else {*needed, *given})
    measured = {row["node"] for row in rows if needed is None or row["node__code"] in needed}
    nodes = _nodes(rows, measured, entity_ids)
    node_ids = tuple(row["node"] for row in rows)
    kpi_ids = None if needed is None else sorted(measured)
    places = Places(axis, node_ids, entity_ids, kpi_ids)
    lengths = np.array([node.kpi.length.rank if node.kpi else -1 for node in nodes], dtype=np.int64)
    actuals, revisions = load_actuals(places, lengths, is_numbered=is_numbered)
    inputs = CascadeInput(
        calendar=axis.calendar,
        currency=currency,
        entities=entities,
        nodes=nodes,
        links=_links(version, node_ids, is_part=needed is not None),
        actuals=actuals,
        targets=load_targets(places),
        rates=load_rates(axis),
        span_start=span[0],
        span_end=span[1],
    )
    return Loaded(inputs, entity_ids, node_ids, axis.period_ids, revisions)


def _entities(axis: Axis, currency: str) -> tuple[tuple[EntityInput, ...], tuple[int, ...]]:
    """Load the entities, parents before children, children by code, and their keys."""
    children: dict[int | None, list[Entity]] = defaultdict(list)
    for entity in Entity.objects.order_by("code"):
        children[entity.parent_id].append(entity)
    ordered = list(children[None])
    for entity in ordered:  # grows while it is walked
        ordered.extend(children[entity.pk])
    place = {entity.pk: position for position, entity in enumerate(ordered)}
    entities = tuple(
        EntityInput(
            key=entity.code,
            parent=-1 if entity.parent_id is None else place[entity.parent_id],
            currency=entity.currency or currency,
            active_from=axis.month_index(entity.active_from),
            active_to=axis.month_index(entity.active_to),
        )
        for entity in ordered
    )
    return entities, tuple(place)


def _definitions(version: PlanVersion, codes: set[str] | None) -> list[Defined]:
    """Read the definitions of these nodes, or of all, by code."""
    rows = NodeDefinition.objects.filter(version=version).order_by()
    if codes is not None and len(codes) <= MOST_LISTED:
        rows = rows.filter(node__code__in=codes)
    found = [dict(zip(DEFINED, row, strict=True)) for row in rows.values_list(*DEFINED)]
    wanted = [row for row in found if codes is None or row["node__code"] in codes]
    return sorted(wanted, key=lambda row: row["node__code"])  # as Python sorts, on any database


def _nodes(
    rows: Sequence[Defined], measured: set[int], entity_ids: Sequence[int]
) -> tuple[NodeInput, ...]:
    """Describe the nodes: how a KPI is measured only where it is to be."""
    reported = _reported_at(measured, entity_ids)
    return tuple(
        NodeInput(
            key=row["node__code"],
            aggregation=cast("Aggregation", row["aggregation"]),
            archived=row["node__archived_at"] is not None,
            kpi=_measure(row, reported)
            if row["node"] in measured and row["node__kpi__frequency"]
            else None,
        )
        for row in rows
    )


def _reported_at(kpis: set[int], entity_ids: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
    """Give the positions of the entities in each KPI's own list; no list, no entry."""
    rows = KPI.entities.through.objects.values_list("kpi", "entity")
    if len(kpis) <= MOST_LISTED:
        rows = rows.filter(kpi__in=kpis)
    place = {pk: position for position, pk in enumerate(entity_ids)}
    listed: dict[int, list[int]] = defaultdict(list)
    for kpi, entity in rows:
        listed[kpi].append(place[entity])
    return {kpi: tuple(sorted(places)) for kpi, places in listed.items()}


def _measure(row: Defined, reported: Mapping[int, tuple[int, ...]]) -> KpiInput:
    own = "formula" if row["formula"] else "none"
    return KpiInput(
        length=Length(KIND_OF_FREQUENCY[row["node__kpi__frequency"]].value),
        direction=cast("Direction", row["direction"]),
        time_rollup=cast("TimeRollup", row["time_rollup"]),
        entity_rollup=cast("EntityRollup", row["entity_rollup"] or own),
        formula=row["formula"],
        is_money=row["node__kpi__unit"] == MONEY,
        reported_at=reported.get(row["node"]),
    )


def _links(
    version: PlanVersion, node_ids: Sequence[int], *, is_part: bool
) -> tuple[LinkInput, ...]:
    """Load the links between these nodes that take part in sums."""
    place = {pk: position for position, pk in enumerate(node_ids)}
    links = CascadeLink.objects.filter(version=version, kind=CascadeLink.Kind.CONTRIBUTES)
    if is_part and len(node_ids) <= MOST_LISTED:
        links = links.filter(parent__in=node_ids, child__in=node_ids)
    return tuple(
        LinkInput(place[parent], place[child], float(weight))
        for parent, child, weight in links.order_by().values_list("parent", "child", "weight")
        if parent in place and child in place
    )
