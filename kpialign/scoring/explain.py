"""How one score arises, down to the figures that were entered."""

import math
from dataclasses import replace

import numpy as np

from kpialign.scoring.compute import Workings
from kpialign.scoring.explanation import AttainmentPart, Explanation, Term
from kpialign.scoring.inputs import CascadeInput, KpiInput, LinkInput
from kpialign.scoring.plan import live_links
from kpialign.scoring.provenance import Asked, Provenance, number
from kpialign.scoring.results import Mark, Results
from kpialign.scoring.timing import Extent

DEEPEST = 60
MOST_NODES = 20_000


def explain(
    inputs: CascadeInput,
    results: Results,
    entity: int,
    node: int,
    column: int,
    *,
    workings: Workings | None = None,
) -> Explanation:
    """Explain the score of a node at an entity in a column.

    Terms of an arithmetic node add up to its score, factors of a geometric one multiply to it, and
    a weakest one has the one term that decides. `workings` saves working the values out again.
    """
    provenance = Provenance(workings or Workings(inputs))
    return _Walk(inputs, results, provenance, (entity, column)).explained(node, 0)


class _Walk:
    """One explanation while it is made; bounded, like the values beneath it."""

    def __init__(
        self,
        inputs: CascadeInput,
        results: Results,
        provenance: Provenance,
        place: tuple[int, int],
    ) -> None:
        self._inputs = inputs
        self._results = results
        self._provenance = provenance
        self._entity, self._column = place
        self._left = MOST_NODES
        self._links: dict[int, list[LinkInput]] = {}
        for link in live_links(inputs.nodes, inputs.links):
            self._links.setdefault(link.parent, []).append(link)

    def explained(self, node: int, depth: int) -> Explanation:
        self._left -= 1
        node_input = self._inputs.nodes[node]
        has_result = not math.isnan(self._cell("target", node))
        scored = not math.isnan(self._cell("coverage", node))
        aggregation = "attainment" if has_result else node_input.aggregation
        explanation = Explanation(
            code=node_input.key,
            entity=self._results.entities[self._entity],
            column=self._column,
            score=number(self._cell("score", node)),
            coverage=number(self._cell("coverage", node)),
            how=aggregation if scored else "not scored",
        )
        if node_input.kpi is not None:
            explanation = self._as_kpi(explanation, node, node_input.kpi, depth)
        if depth >= DEEPEST or self._left <= 0:
            return explanation
        terms, waiting = self._parts(node, depth)
        if not has_result:
            return replace(explanation, terms=terms, waiting=waiting)
        driver_how = node_input.aggregation if terms else ""
        return replace(explanation, driver_how=driver_how, drivers=terms, waiting=waiting)

    def _as_kpi(
        self, explanation: Explanation, node: int, kpi: KpiInput, depth: int
    ) -> Explanation:
        length, period = self._inputs.calendar.period(self._column)
        asked = Asked(node, self._entity, Extent(length), period, depth=depth)
        return replace(
            explanation,
            attainment=self._attainment(node, kpi) if explanation.how == "attainment" else None,
            actual=self._provenance.of(asked),
            driver_score=number(self._cell("driver", node)),
        )

    def _attainment(self, node: int, kpi: KpiInput) -> AttainmentPart:
        band = kpi.direction == "band"
        aim = number(self._cell("target", node))
        marks = self._results.marks[self._entity, node, self._column]
        return AttainmentPart(
            actual=number(self._cell("value", node)),
            target=None if band else aim,
            baseline=number(self._cell("baseline", node)),
            raw=number(self._cell("attainment", node)),
            band_low=aim if band else None,
            band_high=number(self._cell("target_high", node)),
            baseline_assumed=bool(marks & Mark.BASELINE_ASSUMED),
        )

    def _parts(self, node: int, depth: int) -> tuple[tuple[Term, ...], tuple[Explanation, ...]]:
        links = self._links.get(node, [])
        known = [link for link in links if not math.isnan(self._cell("score", link.child))]
        unknown = [
            link
            for link in links
            if link not in known and not math.isnan(self._cell("coverage", link.child))
        ]
        waiting = tuple(self.explained(link.child, depth + 1) for link in unknown)
        if not known:
            return (), waiting
        aggregation = self._inputs.nodes[node].aggregation
        if aggregation == "weakest":
            known = [min(known, key=lambda link: self._cell("score", link.child))]
        whole = np.add.reduceat(np.array([link.weight for link in known]), [0])[0]
        terms = tuple(
            self._term(link, link.weight / whole, depth, geometric=aggregation == "geometric")
            for link in known
        )
        return terms, waiting

    def _term(self, link: LinkInput, weight: float, depth: int, *, geometric: bool) -> Term:
        score = self._cell("score", link.child)
        product = score**weight if geometric else weight * score
        return Term(float(weight), float(product), self.explained(link.child, depth + 1))

    def _cell(self, quantity: str, node: int) -> float:
        return float(getattr(self._results, quantity)[self._entity, node, self._column])
