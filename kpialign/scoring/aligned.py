"""The alignment of a scope (all, an objective, a department): what belongs to it, what it gives."""

from collections import Counter
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


@dataclass(frozen=True)
class Load:
    """How many KPIs an objective (by position) or a department (by name) has, and its limit."""

    owner: int | str
    count: int
    limit: int


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
    def objective_loads(self) -> list[Load]:
        """How many KPIs stand directly beneath each objective that has any."""
        counts = Counter(
            link.parent
            for link, _ in self.shares
            if self.nodes[link.parent].kpi is None and self.nodes[link.child].kpi is not None
        )
        return [Load(at, count, self.kpis_per_objective) for at, count in counts.items()]

    @cached_property
    def department_loads(self) -> list[Load]:
        """How many KPIs each department has that has any; inputs of formulas do not count."""
        owners = [self.departments[at] for at in self.kpis]
        counts = Counter(owner for owner in owners if owner is not None)
        return [Load(owner, count, self.kpis_per_department) for owner, count in counts.items()]


@dataclass(frozen=True, eq=False)
class Scope:
    """What belongs to a scope: its KPIs, its links with their shares, and who has how many KPIs."""

    kpis: Sequence[int]
    links: Sequence[tuple[LinkInput, float]]
    loads: Sequence[Load]


def everything(shape: Shape) -> Scope:
    """Take the whole cascade."""
    return Scope(shape.kpis, shape.shares, [*shape.objective_loads, *shape.department_loads])


def of_objective(shape: Shape, objective: int) -> Scope:
    """Take an objective with all that leads up to it, and the links among these."""
    inside = shape.beneath([objective])
    return Scope(
        kpis=[at for at in shape.kpis if at in inside],
        links=[(link, share) for link, share in shape.shares if link.parent in inside],
        loads=[load for load in shape.objective_loads if load.owner in inside],
    )


def of_department(shape: Shape, department: str) -> Scope:
    """Take a department's KPIs, the links by which they count, its load and its objectives'."""
    own = {at for at, owner in enumerate(shape.departments) if owner == department}
    inside = {at for at in shape.kpis if at in own}
    return Scope(
        kpis=sorted(inside),
        links=[(link, share) for link, share in shape.shares if link.child in inside],
        loads=[
            *(load for load in shape.objective_loads if load.owner in own),
            *(load for load in shape.department_loads if load.owner == department),
        ],
    )


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
        "focus": components.focus([(load.count, load.limit) for load in scope.loads]),
        "decisiveness": components.decisiveness([share for _, share in scope.links]),
        "consistency": components.consistency(standing.result[some], standing.driver[some]),
    }
    return {name: known.get(name, nan) for name in components.COMPONENTS}
