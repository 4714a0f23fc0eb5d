"""Read the cascade with the scores stored in it, so that weights and influence can be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dashboards.selectors.cascade import Cascade, cascade_in_force
from dashboards.selectors.scores import ScoreTable, stored_table, thresholds
from kpialign.scoring.contribution import DepartmentScore, Weights, department_scores, top_level
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
from kpialign.scoring.results import Results
from kpialign.scoring.status import Thresholds
from kpis.models import ReportingPeriod
from organisation.models import Entity

# Weights ask only whether a node is a KPI, not how it is measured.
MEASURED = KpiInput(Length.MONTH, "higher", "sum", "none")
NO_DAYS = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Standing:
    """The active cascade and its scores at one entity over some periods (the columns)."""

    inputs: CascadeInput
    results: Results
    table: ScoreTable
    departments: tuple[str | None, ...]

    def position(self, code: str) -> int:
        """Return where a node stands among the arrays' rows."""
        return self.table.codes.index(code)

    def influence(self, ancestors: Sequence[str], column: int = 0) -> dict[str, float]:
        """Return how much each node beneath moves the ancestors in the end, by code."""
        return self._spread("influence", tuple(ancestors), column)

    def effective(self, ancestors: Sequence[str], column: int = 0) -> dict[str, float]:
        """Return how much each node beneath counts in the ancestors' scores, by code."""
        return self._spread("effective", tuple(ancestors), column)

    @property
    def top(self) -> list[str]:
        """The top-level objectives, by code."""
        return [self.table.codes[position] for position in top_level(self.inputs)]

    def department_scores(self, objective: str | None = None) -> dict[str, DepartmentScore]:
        """Return each department's score beneath an objective, or beneath all top-level ones."""
        ancestor = None if objective is None else self.position(objective)
        return department_scores(
            self.inputs,
            self.results,
            self.departments,
            entity=0,
            ancestor=ancestor,
            weights=self._weights,
        )

    @cached_property
    def _weights(self) -> Weights:
        return Weights(self.inputs, self.results, 0, slice(None))

    def _spread(self, kind: str, ancestors: tuple[str, ...], column: int) -> dict[str, float]:
        """Spread the weight of ancestors over what lies beneath; keep it, as pages ask often."""
        key = kind, ancestors, column
        if key not in self._kept:
            weights = Weights(self.inputs, self.results, 0, slice(column, column + 1))
            spread: np.ndarray = getattr(weights, kind)([self.position(one) for one in ancestors])
            self._kept[key] = {
                self.table.codes[row]: float(spread[row, 0]) for row in np.flatnonzero(spread[:, 0])
            }
        return self._kept[key]

    @cached_property
    def _kept(self) -> dict[tuple[str, tuple[str, ...], int], dict[str, float]]:
        return {}


def standing(
    entity: Entity, periods: Sequence[ReportingPeriod], *, limits: Thresholds | None = None
) -> Standing:
    """Read the active cascade of the version in force with its scores."""
    cascade = cascade_in_force()
    table = stored_table(entity, periods, cascade.places, limits or thresholds())
    return standing_of(cascade, entity, table)


def standing_of(cascade: Cascade, entity: Entity, table: ScoreTable) -> Standing:
    """Put a cascade and the scores stored of it together."""
    place = {code: row for row, code in enumerate(table.codes)}
    nodes = [cascade.nodes[code] for code in table.codes]
    inputs = CascadeInput(
        calendar=Calendar(NO_DAYS, NO_DAYS),
        currency="",
        entities=(EntityInput(entity.code, -1, ""),),
        nodes=tuple(
            NodeInput(
                node.code,
                kpi=MEASURED if node.is_kpi else None,
                aggregation=node.aggregation,  # type: ignore[arg-type]  # held by the field's choices
            )
            for node in nodes
        ),
        links=tuple(
            LinkInput(place[link.parent], place[link.child], link.weight)
            for link in cascade.links
            if link.kind == "contributes" and link.parent in place and link.child in place
        ),
        actuals=ActualArrays.of([]),
        targets=TargetArrays.of([]),
        rates={},
        span_start=None,
        span_end=None,
    )
    return Standing(
        inputs=inputs,
        results=_as_results(entity, table),
        table=table,
        departments=tuple(node.department if node.is_kpi else None for node in nodes),
    )


def _as_results(entity: Entity, table: ScoreTable) -> Results:
    return Results(
        nodes=table.codes,
        entities=(entity.code,),
        calendar=Calendar(NO_DAYS, NO_DAYS),
        marks=table.marks[np.newaxis],
        **{name: figures[np.newaxis] for name, figures in table.quantities.items()},
    )
