"""Read the cascade with the scores stored in it, so that weights and influence can be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dashboards.selectors.cascade import Cascade, cascade_in_force
from dashboards.selectors.scores import (
    ScoreTable,
    stored_table,
    thresholds,
    with_archived,
)
from dashboards.selectors.shapes import NO_DAYS, Shape, shapes_of
from dashboards.selectors.snapshots import Snapshots
from kpialign.scoring.contribution import DepartmentScore, Weights, department_scores, top_level
from kpialign.scoring.inputs import Calendar, CascadeInput
from kpialign.scoring.results import Results
from kpialign.scoring.status import Thresholds
from kpis.models import ReportingPeriod
from organisation.models import Entity


@dataclass(frozen=True, eq=False)
class Standing:
    """The cascade of each period (the columns) with its scores at one entity."""

    shapes: tuple[Shape, ...]  # one for each column, many of them the same
    results: Results
    table: ScoreTable

    @property
    def inputs(self) -> CascadeInput:
        """Nodes and links in the last column."""
        return self.shapes[-1].inputs

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
    def objectives(self) -> list[str]:
        """The objectives of any column, by code."""
        found = {
            node.key
            for shape in dict.fromkeys(self.shapes)
            for node in shape.inputs.nodes
            if node.kpi is None and not node.archived
        }
        return sorted(found)

    @property
    def top(self) -> list[str]:
        """The top-level objectives in the last column, by code."""
        return [self.table.codes[position] for position in top_level(self.inputs)]

    def department_scores(self, objective: str | None = None) -> dict[str, DepartmentScore]:
        """Return each department's score beneath an objective, or beneath all top-level ones."""
        ancestor = None if objective is None else self.position(objective)
        found: dict[str, DepartmentScore] = {}
        for shape, columns in self._columns.items():
            scores = department_scores(
                shape.inputs,
                self.results,
                shape.departments,
                entity=0,
                ancestor=ancestor,
                weights=self._weights[shape],
            )
            for code, part in scores.items():
                whole = found.setdefault(code, _blank(len(self.shapes)))
                whole.score[columns] = part.score[columns]
                whole.coverage[columns] = part.coverage[columns]
        return dict(sorted(found.items()))

    @cached_property
    def _columns(self) -> dict[Shape, list[int]]:
        columns: dict[Shape, list[int]] = {}
        for column, shape in enumerate(self.shapes):
            columns.setdefault(shape, []).append(column)
        return columns

    @cached_property
    def _weights(self) -> dict[Shape, Weights]:
        return {
            shape: Weights(shape.inputs, self.results, 0, slice(None)) for shape in self._columns
        }

    def _spread(self, kind: str, ancestors: tuple[str, ...], column: int) -> dict[str, float]:
        """Spread the weight of ancestors over what lies beneath; keep it, as pages ask often."""
        key = kind, ancestors, column
        if key not in self._kept:
            inputs = self.shapes[column].inputs
            weights = Weights(inputs, self.results, 0, slice(column, column + 1))
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
    """Read the cascade with its scores, each closed period as it was at its close."""
    cascade = cascade_in_force()
    snapshots = Snapshots([entity.pk], [period.pk for period in periods])
    places = with_archived(cascade.places, snapshots)
    table = stored_table(
        entity,
        periods,
        places,
        limits or thresholds(),
        snapshots=snapshots,
        archived=places.keys() - cascade.nodes.keys(),
    )
    return standing_of(cascade, entity, table, snapshots)


def standing_of(
    cascade: Cascade, entity: Entity, table: ScoreTable, snapshots: Snapshots | None = None
) -> Standing:
    """Put a cascade and the scores stored of it together."""
    return Standing(
        shapes=shapes_of(cascade, entity, table, snapshots),
        results=_as_results(entity, table),
        table=table,
    )


def _as_results(entity: Entity, table: ScoreTable) -> Results:
    return Results(
        nodes=table.codes,
        entities=(entity.code,),
        calendar=Calendar(NO_DAYS, NO_DAYS),
        marks=table.marks[np.newaxis],
        **{name: figures[np.newaxis] for name, figures in table.quantities.items()},
    )


def _blank(count: int) -> DepartmentScore:
    return DepartmentScore(np.full(count, np.nan), np.full(count, np.nan))
