"""The cascade as weights need it, for each period: as it is, or as it was at a close."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dashboards.selectors.cascade import Cascade
from dashboards.selectors.scores import ScoreTable
from dashboards.selectors.snapshots import NodesThen, SnapshotHead, Snapshots
from kpialign.scoring.inputs import (
    ActualArrays,
    Calendar,
    CascadeInput,
    EntityInput,
    KpiInput,
    Length,
    LinkInput,
    NodeInput,
    TargetArrays,
)
from kpis.models import Node, NodeDefinition
from objectives.models import CascadeLink
from organisation.models import Entity

# Weights ask only whether a node is a KPI, not how it is measured.
MEASURED = KpiInput(Length.MONTH, "higher", "sum", "none")
NO_DAYS = np.zeros(0, dtype=np.int64)
Key = tuple[int, str]  # version, whose the slots are


@dataclass(frozen=True, eq=False)
class Shape:
    """Nodes and links that hold for some periods, and the department of each node."""

    inputs: CascadeInput
    departments: tuple[str | None, ...]


@dataclass
class _Parts:
    """What a shape is made of: the active nodes and the links that take part in sums."""

    aggregations: dict[str, str] = field(default_factory=dict)
    kpis: set[str] = field(default_factory=set)
    links: list[tuple[str, str, float]] = field(default_factory=list)
    departments: Mapping[str, str] = field(default_factory=dict)


def shapes_of(
    cascade: Cascade, entity: Entity, table: ScoreTable, snapshots: Snapshots | None = None
) -> tuple[Shape, ...]:
    """Give the shape of each column of a table; two queries more where an earlier one is needed."""
    now = _shape(_parts_now(cascade), entity, table.codes)
    found: dict[Key | None, Shape] = {None: now}
    keys = [_key(table.closed.get(period)) for period in table.periods]
    wanted = {head.version_id for head in table.closed.values()}
    if snapshots is not None and wanted:
        versions = _versions(wanted, cascade, [snapshots.then(h) for h in table.closed.values()])
        for head in table.closed.values():
            key = _key(head)
            if key not in found:
                parts = _parts_then(versions[head.version_id], snapshots.then(head))
                found[key] = _shape(parts, entity, table.codes)
    return tuple(found.get(key, now) for key in keys)


def _key(head: SnapshotHead | None) -> Key | None:
    return None if head is None else (head.version_id, head.nodes_id)


def _parts_now(cascade: Cascade) -> _Parts:
    nodes = cascade.nodes.values()
    return _Parts(
        aggregations={node.code: node.aggregation for node in nodes},
        kpis={node.code for node in nodes if node.is_kpi},
        links=[
            (link.parent, link.child, link.weight)
            for link in cascade.links
            if link.kind == CascadeLink.Kind.CONTRIBUTES
        ],
        departments={node.code: node.department for node in nodes if node.is_kpi},
    )


def _parts_then(version: _Parts, then: NodesThen) -> _Parts:
    """Keep of a version the nodes that were active at a close, with the owners they had."""
    return _Parts(
        aggregations={c: told for c, told in version.aggregations.items() if c in then.slots},
        kpis=version.kpis,
        links=version.links,
        departments=then.departments,
    )


def _versions(
    wanted: Collection[int], cascade: Cascade, thens: Iterable[NodesThen]
) -> dict[int, _Parts]:
    """Read the links and aggregations of versions; not those that the cascade holds wholly."""
    found: dict[int, _Parts] = defaultdict(_Parts)
    if set(wanted) == {cascade.version_id} and all(
        then.slots.keys() <= cascade.nodes.keys() for then in thens
    ):
        found[cascade.version_id] = _parts_now(cascade)
        return found
    definitions = NodeDefinition.objects.filter(version__in=wanted).order_by()
    columns = ("version", "node__code", "node__kind", "aggregation")
    for version, code, kind, aggregation in definitions.values_list(*columns):
        found[version].aggregations[code] = aggregation
        if kind == Node.Kind.KPI:
            found[version].kpis.add(code)
    links = CascadeLink.objects.filter(
        version__in=wanted, kind=CascadeLink.Kind.CONTRIBUTES
    ).order_by()
    for version, *pair, weight in links.values_list(
        "version", "parent__code", "child__code", "weight"
    ):
        found[version].links.append((pair[0], pair[1], float(weight)))
    return found


def _shape(parts: _Parts, entity: Entity, codes: Sequence[str]) -> Shape:
    """Lay a shape over the rows of a table; a node that it does not have counts as archived."""
    place = {code: row for row, code in enumerate(codes)}
    active = [code in parts.aggregations for code in codes]
    inputs = CascadeInput(
        calendar=Calendar(NO_DAYS, NO_DAYS),
        currency="",
        entities=(EntityInput(entity.code, -1, ""),),
        nodes=tuple(
            NodeInput(
                code,
                kpi=MEASURED if code in parts.kpis else None,
                aggregation=parts.aggregations.get(code, "arithmetic"),  # type: ignore[arg-type]  # held by the field's choices
                archived=not is_active,
            )
            for code, is_active in zip(codes, active, strict=True)
        ),
        links=tuple(
            LinkInput(place[parent], place[child], weight)
            for parent, child, weight in parts.links
            if parent in place and child in place
        ),
        actuals=ActualArrays.of([]),
        targets=TargetArrays.of([]),
        rates={},
        span_start=None,
        span_end=None,
    )
    departments = tuple(
        parts.departments.get(code) if is_active and code in parts.kpis else None
        for code, is_active in zip(codes, active, strict=True)
    )
    return Shape(inputs, departments)
