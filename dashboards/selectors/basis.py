"""Find what an explanation rests on: a closed period's frozen inputs, else what is stored now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from dashboards.axis import Axis, current_span
from dashboards.frozen import ACTUALS, TARGETS, Frozen
from dashboards.loading import load_inputs
from dashboards.selectors.snapshots import SnapshotHead, Snapshots, frozen_inputs
from dashboards.structure import Structure, structure_of, structure_within
from kpialign.scoring.compute import Workings
from kpialign.scoring.inputs import ActualArrays, CascadeInput, LinkInput, TargetArrays
from kpialign.scoring.reach import inputs_of
from kpis.models import PlanVersion, ReportingPeriod
from kpis.selectors.versions import version_of
from organisation.models import Entity

RevisionNumbers = Mapping[tuple[str, str, str], int]


@dataclass(frozen=True, eq=False)
class Basis:
    """The inputs behind some nodes' scores at an entity and in a column.

    `revisions` are the numbers of the revisions that a close counted; None while it is open.
    """

    inputs: CascadeInput
    entity: int
    column: int
    labels: tuple[str, ...]
    period_ids: tuple[int, ...]
    revisions: RevisionNumbers | None

    @cached_property
    def workings(self) -> Workings:
        """Work the values out, once."""
        return Workings(self.inputs)

    def node(self, code: str) -> int | None:
        """Return where a node stands; None if it was not there yet."""
        return next((i for i, one in enumerate(self.inputs.nodes) if one.key == code), None)


def basis_of(
    codes: Collection[str],
    entity: Entity,
    period: ReportingPeriod,
    *,
    with_children: bool = True,
) -> Basis | None:
    """Find what some nodes' scores, or without children their values, rest on.

    None where no scores exist at that time.
    """
    head = Snapshots([entity.pk], [period.pk]).head(entity.pk, period.pk)
    if head is not None:
        return _closed(codes, head, period, with_children=with_children)
    version, span = version_of(period), current_span()
    if version is None or span is None or period.pk not in Axis(span).index:
        return None
    return _open(codes, version, entity, period, with_children=with_children)


def _open(
    codes: Collection[str],
    version: PlanVersion,
    entity: Entity,
    period: ReportingPeriod,
    *,
    with_children: bool,
) -> Basis | None:
    span = current_span()
    assert span is not None  # asked before
    needed = _needed(codes, structure_of(version), with_children=with_children)
    loaded = load_inputs(version, span, needed=needed)
    labels = dict(ReportingPeriod.objects.values_list("pk", "label"))
    return Basis(
        inputs=loaded.inputs,
        entity=loaded.entity_ids.index(entity.pk),
        column=loaded.period_ids.index(period.pk),
        labels=tuple(labels[pk] for pk in loaded.period_ids),
        period_ids=loaded.period_ids,
        revisions=None,
    )


def _closed(
    codes: Collection[str], head: SnapshotHead, period: ReportingPeriod, *, with_children: bool
) -> Basis | None:
    frozen = frozen_inputs(head)
    column = frozen.column(period.label)
    if column is None:
        return None
    needed = _needed(codes, structure_within(frozen.inputs), with_children=with_children)
    keys = dict(ReportingPeriod.objects.values_list("label", "pk"))
    return Basis(
        inputs=_only(frozen, needed),
        entity=0,
        column=column,
        labels=frozen.labels,
        period_ids=tuple(keys[label] for label in frozen.labels),
        revisions=frozen.revision_numbers,
    )


def _needed(codes: Collection[str], structure: Structure, *, with_children: bool) -> set[str]:
    beneath = inputs_of(codes, structure.children) if with_children else set(codes)
    return set(inputs_of(beneath, structure.uses))


def _only(frozen: Frozen, codes: Collection[str]) -> CascadeInput:
    """Keep of frozen inputs some nodes, in their order, with their figures and links."""
    inputs = frozen.inputs
    kept = [place for place, node in enumerate(inputs.nodes) if node.key in codes]
    new = np.full(len(inputs.nodes), -1, dtype=np.int64)
    new[kept] = np.arange(len(kept))

    def rows(arrays: ActualArrays | TargetArrays, names: Collection[str]) -> dict[str, np.ndarray]:
        taken = new[arrays.kpi] >= 0
        cells = {name: getattr(arrays, name)[taken] for name in names}
        return cells | {"kpi": new[cells["kpi"]]}

    return replace(
        inputs,
        nodes=tuple(inputs.nodes[place] for place in kept),
        links=tuple(
            LinkInput(int(new[link.parent]), int(new[link.child]), link.weight)
            for link in inputs.links
            if new[link.parent] >= 0 and new[link.child] >= 0
        ),
        actuals=ActualArrays(**rows(inputs.actuals, ACTUALS)),
        targets=TargetArrays(**rows(inputs.targets, TARGETS)),
    )
