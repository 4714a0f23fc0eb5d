"""Whether what closed periods rest on is still what the snapshot froze."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import isnan

import numpy as np

from dashboards.frozen import Frozen
from dashboards.models import ScoreSnapshot
from kpialign.scoring.inputs import LENGTHS, NodeInput
from kpialign.verifying.closings import snapshots_read
from kpialign.verifying.fault import Fault
from kpis.models import Actual, ActualRevision, PlanVersion, Rate, Target
from kpis.selectors.closing import closed_cells

Edges = tuple[float | None, ...]
Figure = tuple[int, float, bool]  # number of the revision, value, whether it is provisional
Links = dict[tuple[str, str], float]
Definitions = dict[str, tuple[str, ...]]
EDGES = ("baseline", "target", "band_low", "band_high")
DEFINED = ("aggregation", "direction", "time_rollup", "entity_rollup", "formula")


class Untouched:
    """Compares what is frozen with what stands there now; what many share is read once."""

    def __init__(self) -> None:
        """Read which snapshot each closed period is read from, and the rates."""
        self._read = set(snapshots_read(closed_cells()).values())
        self._versions: dict[int, tuple[Links, Definitions]] = {}
        self._rates = _rates_now()

    def faults(self, frozen: Frozen, snapshots: Sequence[ScoreSnapshot]) -> Iterator[Fault]:
        """Compare what is frozen of an entity's own closed periods with what stands there now.

        Of a period that was closed twice the last snapshot counts; of an open one, none.
        """
        for version in {row.version for row in snapshots}:
            yield from self._version(frozen, version)
        rows = [row for row in snapshots if row.pk in self._read]
        if not rows:
            return
        figures, targets = _figures_then(frozen), _targets_then(frozen)
        figures_now, targets_now = _figures_now(rows), _targets_now(rows)
        for row in rows:
            named, label = f"{row.period.label} {row.entity.code}", row.period.label
            yield from _compared(named, "figures", figures[label], figures_now[label])
            yield from _compared(named, "targets", targets[label], targets_now[label])
            if len(frozen.inputs.entities) > 1:  # a member's rates may change until its group's do
                rates = _rates_then(frozen, label)
                now = {key: rate for key, rate in self._rates[label].items() if key in rates}
                yield from _compared(named, "rates", rates, now)

    def _version(self, frozen: Frozen, version: PlanVersion) -> Iterator[Fault]:
        """Compare links and definitions that were frozen with those of their version now."""
        if version.pk not in self._versions:
            self._versions[version.pk] = _links_now(version), _definitions_now(version)
        links, definitions = self._versions[version.pk]
        nodes = frozen.inputs.nodes
        links_then = {
            (nodes[one.parent].key, nodes[one.child].key): one.weight for one in frozen.inputs.links
        }
        if links_then != links:
            told = "periods are closed under it, and its links or weights are others than then"
            yield Fault("frozen_version_is_unchanged", str(version), told)
        then = {node.key: _defined(node) for node in nodes}
        other = {code for code in {*then, *definitions} if then.get(code) != definitions.get(code)}
        if other:
            told = f"periods are closed under it, and {_few(other)} was defined otherwise then"
            yield Fault("frozen_version_is_unchanged", str(version), told)


def _few(codes: set[str]) -> str:
    return ", ".join(sorted(codes)[:5])


def _compared(
    named: str, what: str, then: Mapping[str, object], now: Mapping[str, object]
) -> Iterator[Fault]:
    differing = {code for code in {*then, *now} if then.get(code) != now.get(code)}
    if differing:
        told = f"the {what} of {_few(differing)} are others than were closed"
        yield Fault("closed_is_untouched", named, told)


def _links_now(version: PlanVersion) -> Links:
    held = version.links.filter(kind="contributes")
    return {
        (parent, child): float(weight)
        for parent, child, weight in held.values_list("parent__code", "child__code", "weight")
    }


def _definitions_now(version: PlanVersion) -> Definitions:
    rows = version.definitions.values_list("node__code", "node__kpi", *DEFINED)
    return {
        code: (aggregation, direction, time, entity or ("formula" if formula else "none"), formula)
        if kpi is not None
        else (aggregation,)
        for code, kpi, aggregation, direction, time, entity, formula in rows
    }


def _defined(node: NodeInput) -> tuple[str, ...]:
    kpi = node.kpi
    if kpi is None:
        return (node.aggregation,)
    return node.aggregation, kpi.direction, kpi.time_rollup, kpi.entity_rollup, kpi.formula


def _figures_then(frozen: Frozen) -> Mapping[str, dict[str, Figure]]:
    """Give the entity's own figures, by period and KPI."""
    inputs, actuals = frozen.inputs, frozen.inputs.actuals
    found: dict[str, dict[str, Figure]] = defaultdict(dict)
    for at in np.flatnonzero(actuals.entity == 0).tolist():
        node = inputs.nodes[actuals.kpi[at]]
        if node.kpi is not None:
            column = inputs.calendar.column(node.kpi.length, int(actuals.period[at]))
            revision, value = int(frozen.revisions[at]), float(actuals.value[at])
            held = revision, value, bool(actuals.provisional[at])
            found[frozen.labels[column]][node.key] = held
    return found


def _figures_now(rows: Sequence[ScoreSnapshot]) -> Mapping[str, dict[str, Figure]]:
    found: dict[str, dict[str, Figure]] = defaultdict(dict)
    held = Actual.objects.filter(
        entity=rows[0].entity_id,
        period__in=[row.period_id for row in rows],
        counted__value__isnull=False,
    )
    for label, code, number, value, status in held.values_list(
        "period__label", "kpi__node__code", "counted__number", "counted__value", "counted__status"
    ):
        is_provisional = status != ActualRevision.Status.APPROVED
        found[label][code] = (number, float(f"{value:.15g}"), is_provisional)
    return found


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


def _targets_now(rows: Sequence[ScoreSnapshot]) -> Mapping[str, dict[str, Edges]]:
    found: dict[str, dict[str, Edges]] = defaultdict(dict)
    held = Target.objects.filter(
        entity=rows[0].entity_id, period__in=[row.period_id for row in rows]
    )
    for label, code, *edges in held.values_list("period__label", "kpi__node__code", *EDGES):
        found[label][code] = tuple(
            None if edge is None else float(f"{edge:.15g}") for edge in edges
        )
    return found


def _rates_then(frozen: Frozen, label: str) -> dict[str, tuple[float, float]]:
    """Give the average and closing rate of each currency in a period."""
    column = frozen.column(label)
    if column is None:
        return {}
    length, index = frozen.inputs.calendar.period(column)
    found = {}
    for currency, rates in frozen.inputs.rates.items():
        average, closing = (float(one[index]) for one in rates[length])
        if not isnan(average):
            found[currency] = (average, closing)
    return found


def _rates_now() -> Mapping[str, dict[str, tuple[float, float]]]:
    found: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    rows = Rate.objects.values_list("period__label", "currency", "average", "closing")
    for label, currency, average, closing in rows:
        found[label][currency] = (float(average), float(closing))
    return found
