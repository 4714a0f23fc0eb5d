"""The alignment of a scope (all, an objective, a department): what belongs to it, what it gives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan

import numpy as np

from kpialign.scoring import alignment as components
from kpialign.scoring.arrays import BoolArray, FloatArray
from kpialign.scoring.inputs import LinkInput, NodeInput
from kpialign.scoring.paths import beneath
from kpialign.scoring.plan import live_links


@dataclass(frozen=True, eq=False)
class Shape:
    """A cascade of active nodes, by position, as alignment looks at it.

    `uses` holds the inputs of each formula, `pure_inputs` the KPIs that only feed formulas,
    `financial` the financial KPIs and the objectives of a financial perspective, `departments`
    the department of every node.
    """

    nodes: Sequence[NodeInput]
    links: Sequence[LinkInput]
    uses: Mapping[int, Sequence[int]]
    pure_inputs: frozenset[int]
    financial: frozenset[int]
    departments: Sequence[str | None]
    kpis_per_objective: int = 7
    kpis_per_department: int = 12

    def beneath(self, tops: Iterable[int]) -> set[int]:
        """Give the tops and all from which a path leads up to one of them."""
        return beneath(self.nodes, self.links, self.uses, tops)

    @cached_property
    def objectives(self) -> list[int]:
        """The active objectives."""
        return [at for at, node in enumerate(self.nodes) if node.kpi is None and not node.archived]

    @cached_property
    def kpis(self) -> list[int]:
        """The active KPIs that are more than inputs of formulas."""
        return [
            at
            for at, node in enumerate(self.nodes)
            if node.kpi is not None and not node.archived and at not in self.pure_inputs
        ]

    @cached_property
    def linked(self) -> set[int]:
        """What leads up to an active objective."""
        return self.beneath(self.objectives)

    @cached_property
    def to_financial(self) -> set[int]:
        """What leads up to a financial KPI or an objective of a financial perspective."""
        return self.beneath(at for at in self.financial if not self.nodes[at].archived)

    @cached_property
    def shares(self) -> list[tuple[LinkInput, float]]:
        """Every link between active nodes with its weight as a share of its parent's links."""
        links = live_links(self.nodes, self.links)
        whole: dict[int, float] = {}
        for link in links:
            whole[link.parent] = whole.get(link.parent, 0.0) + link.weight
        return [(link, link.weight / whole[link.parent]) for link in links]

    @cached_property
    def kpis_beneath(self) -> dict[int, int]:
        """How many KPIs stand directly beneath each objective that has any."""
        counts: dict[int, int] = {}
        for link, _ in self.shares:
            if self.nodes[link.parent].kpi is None and self.nodes[link.child].kpi is not None:
                counts[link.parent] = counts.get(link.parent, 0) + 1
        return counts

    @cached_property
    def kpis_owned(self) -> dict[str, int]:
        """How many KPIs each department has that has any; inputs of formulas do not count."""
        counts: dict[str, int] = {}
        for at in self.kpis:
            owner = self.departments[at]
            if owner is not None:
                counts[owner] = counts.get(owner, 0) + 1
        return counts


@dataclass(frozen=True, eq=False)
class Scope:
    """What belongs to a scope: KPIs, shares of links, and (number of KPIs, limit) of each load."""

    kpis: Sequence[int]
    shares: Sequence[float]
    loads: Sequence[tuple[int, int]]


def everything(shape: Shape) -> Scope:
    """Take the whole cascade."""
    objectives = [(count, shape.kpis_per_objective) for count in shape.kpis_beneath.values()]
    departments = [(count, shape.kpis_per_department) for count in shape.kpis_owned.values()]
    return Scope(shape.kpis, [share for _, share in shape.shares], objectives + departments)


def of_objective(shape: Shape, objective: int) -> Scope:
    """Take an objective with all that leads up to it, and the links among these."""
    inside = shape.beneath([objective])
    return Scope(
        kpis=[at for at in shape.kpis if at in inside],
        shares=[share for link, share in shape.shares if link.parent in inside],
        loads=[
            (count, shape.kpis_per_objective)
            for at, count in shape.kpis_beneath.items()
            if at in inside
        ],
    )


def of_department(shape: Shape, department: str) -> Scope:
    """Take a department's KPIs, the links by which they count, its load and its objectives'."""
    own = {at for at, owner in enumerate(shape.departments) if owner == department}
    kpis = [at for at in shape.kpis if at in own]
    loads = [
        (count, shape.kpis_per_objective) for at, count in shape.kpis_beneath.items() if at in own
    ]
    if kpis:
        loads.append((len(kpis), shape.kpis_per_department))
    inside = set(kpis)
    shares = [share for link, share in shape.shares if link.child in inside]
    return Scope(kpis, shares, loads)


@dataclass(frozen=True, eq=False)
class Standing:
    """How the nodes stand in one period: influence beneath the scope's tops, and their scores.

    `current` tells whether the node's value for its latest own period ended by the day asked for
    is there; `result` is the score where a target is in force, else NaN; `driver` the drivers'.
    """

    influence: FloatArray
    current: BoolArray
    result: FloatArray
    driver: FloatArray


def component_scores(shape: Shape, scope: Scope, standing: Standing) -> dict[str, float]:
    """Give every component of a scope's alignment, NaN where it cannot be computed."""
    some = np.array(scope.kpis, dtype=np.int64)
    known = {
        "linkage": components.linkage(scope.kpis, shape.linked),
        "financial_linkage": components.financial_linkage(
            scope.kpis, shape.financial, shape.to_financial
        ),
        "freshness": components.freshness(standing.influence[some], standing.current[some]),
        "focus": components.focus(scope.loads),
        "decisiveness": components.decisiveness(scope.shares),
        "consistency": components.consistency(standing.result[some], standing.driver[some]),
    }
    return {name: known.get(name, nan) for name in components.COMPONENTS}
