"""Which member takes part in the consolidation of which KPI, and when."""

from collections.abc import Sequence

import numpy as np

from kpialign.scoring.arrays import BoolArray, IntArray
from kpialign.scoring.frame import Frame
from kpialign.scoring.inputs import LENGTHS, CascadeInput, Length

NEVER = np.iinfo(np.int64).max
ALWAYS = -1


def first_months(inputs: CascadeInput, uses: dict[int, list[int]]) -> IntArray:
    """Give the month from which an entity reports a KPI, of shape [node, entity].

    Where the KPI has a list of entities: always or never. Without: from the first actual or target
    of the KPI or, where it is calculated, of anything its formula uses; `uses` holds the formulas'
    inputs, each KPI after those it uses.
    """
    first = np.full((len(inputs.nodes), len(inputs.entities)), NEVER)
    _note_actuals(first, inputs)
    targets = inputs.targets
    sizes = np.array([length.months for length in LENGTHS])
    np.minimum.at(first, (targets.kpi, targets.entity), targets.period * sizes[targets.length])
    for node, used in uses.items():
        for other in used:
            first[node] = np.minimum(first[node], first[other])
    for position, node_input in enumerate(inputs.nodes):
        if node_input.kpi is not None and node_input.kpi.reported_at is not None:
            first[position] = NEVER
            first[position, list(node_input.kpi.reported_at)] = ALWAYS
    return first


def _note_actuals(first: IntArray, inputs: CascadeInput) -> None:
    sizes = np.array(
        [node.kpi.length.months if node.kpi is not None else 0 for node in inputs.nodes],
        dtype=np.int64,
    )
    actuals = inputs.actuals
    np.minimum.at(first, (actuals.kpi, actuals.entity), actuals.period * sizes[actuals.kpi])


def children_of(inputs: CascadeInput) -> list[list[int]]:
    """List the members of every entity, by code."""
    children: list[list[int]] = [[] for _ in inputs.entities]
    for position, entity in enumerate(inputs.entities):
        if entity.parent >= 0:
            children[entity.parent].append(position)
    return [sorted(some, key=lambda one: inputs.entities[one].key) for some in children]


def takes_part(
    first: IntArray, length: Length, frame: Frame, children: Sequence[Sequence[int]]
) -> BoolArray:
    """Tell who takes part, of shape [kpi, entity, period of the KPIs' length].

    A member takes part while it is active and it, or an active entity below it, reports the KPI.
    """
    last_month = (np.arange(frame.calendar.count(length)) + 1) * length.months - 1
    active = frame.active[length]
    part = (first[:, :, None] <= last_month) & active
    for entity in reversed(range(len(children))):
        for child in children[entity]:
            part[:, entity] |= part[:, child]
        part[:, entity] &= active[entity]
    return part
