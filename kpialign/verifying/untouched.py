"""Whether figures and targets of closed periods are still those that the snapshot froze."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import isnan

import numpy as np

from dashboards.frozen import Frozen
from dashboards.models import ScoreSnapshot
from kpialign.scoring.inputs import LENGTHS
from kpialign.verifying.fault import Fault
from kpis.models import Actual, PeriodState, PlanVersion, Target

Edges = tuple[float | None, ...]
EDGES = ("baseline", "target", "band_low", "band_high")


def untouched_faults(frozen: Frozen, snapshots: Sequence[ScoreSnapshot]) -> Iterator[Fault]:
    """Compare what is frozen of an entity's own closed periods with what stands there now.

    Of a period that was closed twice the last snapshot counts; of one that is open again, none.
    """
    figures, targets = _figures_then(frozen), _targets_then(frozen)
    for version in {row.version for row in snapshots}:
        yield from _version(frozen, version)
    for row in snapshots:
        if not _is_read(row):
            continue
        named, label = f"{row.period.label} {row.entity.code}", row.period.label
        yield from _compared(named, "figures", figures[label], _figures_now(row))
        yield from _compared(named, "targets", targets[label], _targets_now(row))


def _version(frozen: Frozen, version: PlanVersion) -> Iterator[Fault]:
    """Compare links and formulas that were frozen with those of their version now."""
    nodes = frozen.inputs.nodes
    links = {
        (nodes[one.parent].key, nodes[one.child].key): one.weight for one in frozen.inputs.links
    }
    held = version.links.filter(kind="contributes")
    now = {
        (parent, child): float(weight)
        for parent, child, weight in held.values_list("parent__code", "child__code", "weight")
    }
    formulas = {node.key: node.kpi.formula for node in nodes if node.kpi is not None}
    defined = version.definitions.filter(node__kpi__isnull=False)
    if links != now or formulas != dict(defined.values_list("node__code", "formula")):
        told = "periods are closed under it, and its links or formulas are others than then"
        yield Fault("frozen_version_is_unchanged", str(version), told)


def _compared(
    named: str, what: str, then: Mapping[str, object], now: Mapping[str, object]
) -> Iterator[Fault]:
    differing = sorted(code for code in {*then, *now} if then.get(code) != now.get(code))
    if differing:
        told = f"the {what} of {', '.join(differing[:5])} are others than were closed"
        yield Fault("closed_is_untouched", named, told)


def _is_read(row: ScoreSnapshot) -> bool:
    cell = {"entity": row.entity_id, "period": row.period_id}
    newer = ScoreSnapshot.objects.filter(**cell, number__gt=row.number)
    closed = PeriodState.objects.filter(**cell, state=PeriodState.State.CLOSED)
    return closed.exists() and not newer.exists()


def _figures_then(frozen: Frozen) -> Mapping[str, dict[str, tuple[int, float]]]:
    """Give revision and value of the entity's own figures, by period and KPI."""
    inputs, actuals = frozen.inputs, frozen.inputs.actuals
    found: dict[str, dict[str, tuple[int, float]]] = defaultdict(dict)
    for at in np.flatnonzero(actuals.entity == 0).tolist():
        node = inputs.nodes[actuals.kpi[at]]
        if node.kpi is not None:
            column = inputs.calendar.column(node.kpi.length, int(actuals.period[at]))
            held = int(frozen.revisions[at]), float(actuals.value[at])
            found[frozen.labels[column]][node.key] = held
    return found


def _figures_now(row: ScoreSnapshot) -> dict[str, tuple[int, float]]:
    held = Actual.objects.filter(
        entity=row.entity_id, period=row.period_id, counted__value__isnull=False
    ).values_list("kpi__node__code", "counted__number", "counted__value")
    return {code: (number, float(f"{value:.15g}")) for code, number, value in held}


def _targets_then(frozen: Frozen) -> Mapping[str, dict[str, Edges]]:
    """Give the entity's own target rows, by period and KPI."""
    inputs, targets = frozen.inputs, frozen.inputs.targets
    found: dict[str, dict[str, Edges]] = defaultdict(dict)
    for at in np.flatnonzero(targets.entity == 0).tolist():
        length = LENGTHS[int(targets.length[at])]
        label = frozen.labels[inputs.calendar.column(length, int(targets.period[at]))]
        edges = (targets.baseline, targets.target, targets.low, targets.high)
        held = tuple(None if isnan(edge[at]) else float(edge[at]) for edge in edges)
        found[label][inputs.nodes[targets.kpi[at]].key] = held
    return found


def _targets_now(row: ScoreSnapshot) -> dict[str, Edges]:
    held = Target.objects.filter(entity=row.entity_id, period=row.period_id)
    return {
        code: tuple(None if edge is None else float(f"{edge:.15g}") for edge in edges)
        for code, *edges in held.values_list("kpi__node__code", *EDGES)
    }
