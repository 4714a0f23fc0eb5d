"""Read what alignment is worked out from: the shape of the cascade, and how its nodes stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from dashboards.selectors.board import Board
from dashboards.selectors.findings import Looked, looked_at_on
from dashboards.selectors.scores import stored_table
from kpialign.scoring.aligned import (
    Scope,
    Shape,
    Standing,
    component_scores,
    everything,
    of_department,
    of_objective,
)
from kpialign.scoring.alignment import COMPONENTS, alignment, weights_of
from kpialign.scoring.arrays import BoolArray
from kpis.models import ReportingPeriod
from kpis.selectors.periods import KIND_OF_FREQUENCY


@dataclass(frozen=True, eq=False)
class Aligned:
    """The alignment of one scope at the page's entity and in its period."""

    shape: Shape
    scope: Scope
    standing: Standing
    scores: dict[str, float]
    asked_weights: dict[str, float]

    @property
    def score(self) -> float:
        """The whole, NaN where nothing can be computed."""
        return alignment(self.scores, self.asked_weights)

    @property
    def weights(self) -> dict[str, float]:
        """The weights of the components that count, which sum to 1."""
        return weights_of(self.scores, self.asked_weights)

    def raised(self, name: str, points: float) -> float:
        """Give by how much the whole would rise if a component rose by some points."""
        better = self.scores | {name: min(self.scores[name] + points, 100.0)}
        return alignment(better, self.asked_weights) - self.score


class Alignments:
    """The alignments of a board: of everything, and of each objective and department."""

    def __init__(self, board: Board, looked: Looked) -> None:
        """Put the shape of the cascade together; the rest is read when it is asked for."""
        self._board = board
        self._codes = board.standing.table.codes
        self.shape = _shape(board, looked)

    def of_everything(self) -> Aligned:
        """Give the alignment of the whole cascade."""
        return self._aligned(everything(self.shape), self._board.cascade.top)

    def of_objective(self, code: str) -> Aligned:
        """Give the alignment of an objective and all that leads up to it."""
        at = self._board.standing.position(code)
        return self._aligned(of_objective(self.shape, at), [code])

    def of_department(self, code: str) -> Aligned:
        """Give the alignment of a department's KPIs and objectives."""
        return self._aligned(of_department(self.shape, code), self._board.cascade.top)

    def _aligned(self, scope: Scope, tops: list[str]) -> Aligned:
        standing = self._standing(tops)
        kept = self._board.context.organisation.component_weights
        return Aligned(
            shape=self.shape,
            scope=scope,
            standing=standing,
            scores=component_scores(self.shape, scope, standing),
            asked_weights={name: float(kept[name]) for name in COMPONENTS if name in kept},
        )

    def _standing(self, tops: list[str]) -> Standing:
        results, column = self._board.standing.results, self._board.column
        spread = self._board.standing.influence(tops, column)
        has_result = ~np.isnan(results.target[0, :, column])
        return Standing(
            influence=np.array([spread.get(code, 0.0) for code in self._codes]),
            current=self.current,
            result=np.where(has_result, results.score[0, :, column], np.nan),
            driver=np.where(has_result, results.driver[0, :, column], np.nan),
        )

    @cached_property
    def current(self) -> BoolArray:
        """Tell of every node whether the value of its latest own period that has ended is there."""
        context, nodes = self._board.context, self._board.cascade.nodes
        latest = _latest_ended(context.periods, looked_at_on(self._board))
        places = self._board.cascade.places
        table = stored_table(context.entity, latest.values(), places, context.limits)
        known = ~np.isnan(table.quantities["value"])
        columns = {kind: at for at, kind in enumerate(latest)}
        rows = {code: row for row, code in enumerate(table.codes)}
        found = np.zeros(len(self._codes), dtype=np.bool_)
        for at, code in enumerate(self._codes):
            kind = KIND_OF_FREQUENCY.get(nodes[code].frequency) if code in rows else None
            if kind is not None and kind in columns:
                found[at] = known[rows[code], columns[kind]]
        return found


def _latest_ended(
    periods: Sequence[ReportingPeriod], day: date | None
) -> dict[str, ReportingPeriod]:
    """Give the latest period of each length that had ended by a day."""
    ended = [one for one in periods if day is not None and one.end_on <= day]
    return {one.kind: one for one in sorted(ended, key=lambda one: one.end_on)}


def _shape(board: Board, looked: Looked) -> Shape:
    cascade, inputs = board.cascade, board.standing.inputs
    codes = board.standing.table.codes
    place = {code: at for at, code in enumerate(codes)}
    nodes = [cascade.nodes.get(code) for code in codes]
    organisation = board.context.organisation
    return Shape(
        nodes=inputs.nodes,
        links=inputs.links,
        uses={
            place[node.code]: [place[one] for one in cascade.uses(node.code)]
            for node in nodes
            if node is not None and node.formula
        },
        pure_inputs=frozenset(place[code] for code in looked.pure_inputs if code in place),
        financial=frozenset(place[node.code] for node in nodes if node and node.is_financial),
        departments=[node.department or None if node else None for node in nodes],
        kpis_per_objective=organisation.kpis_per_objective,
        kpis_per_department=organisation.kpis_per_department,
    )
