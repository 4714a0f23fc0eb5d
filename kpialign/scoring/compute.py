"""From figures, targets and links to the scores of every node, entity and period."""

import numpy as np

from kpialign.scoring.calculation import Calculation, Task
from kpialign.scoring.consolidation import Consolidation
from kpialign.scoring.conversion import Conversion
from kpialign.scoring.formulas import Formulas
from kpialign.scoring.frame import Frame
from kpialign.scoring.inputs import CascadeInput
from kpialign.scoring.own import consolidate, own_blocks
from kpialign.scoring.participation import children_of, first_months
from kpialign.scoring.plan import live_links, roll_up_plan
from kpialign.scoring.result import BlockResult
from kpialign.scoring.results import QUANTITIES, Results, empty_results
from kpialign.scoring.rollup import roll_up, set_own_bounds
from kpialign.scoring.timing import Extent
from kpialign.scoring.values import Values


class Workings:
    """What is worked out on the way to the scores, kept for who wants to explain them."""

    def __init__(self, inputs: CascadeInput) -> None:
        """Work out every KPI's own values, calculated ones after their inputs."""
        self.inputs = inputs
        self.frame = Frame(inputs)
        self.formulas = Formulas(inputs.nodes)
        children = children_of(inputs)
        self.consolidation = Consolidation(children, Conversion(inputs))
        self.first_months = first_months(inputs, self.formulas.uses)
        self.blocks = own_blocks(inputs, self.frame, self.first_months, self.consolidation)
        self.values = Values(inputs, self.frame, self.blocks)
        leaves = np.array([not some for some in children], dtype=np.bool_)
        self.calculation = Calculation(self.values, self.formulas, leaves)
        for node in self.formulas.uses:
            self._calculate(node)

    def results_of_kpis(self) -> Results:
        """Give the results of KPIs by their own targets, before any roll-up."""
        inputs = self.inputs
        keys = tuple(node.key for node in inputs.nodes)
        entities = tuple(entity.key for entity in inputs.entities)
        results = empty_results(keys, entities, inputs.calendar)
        for block in self.blocks.values():
            BlockResult(inputs, block, self.calculation, self.consolidation).write(results)
        archived = np.array([node.archived for node in inputs.nodes], dtype=np.bool_)
        results.score[:, archived] = np.nan
        results.coverage[:, archived] = np.nan
        return results

    def _calculate(self, node: int) -> None:
        block, row = self.values.place(node)
        kpi = block.kpis[row]
        series = self.calculation.result(Task(node, Extent(kpi.length))).series
        figures = block.figures
        figures.value[row] = series.value
        figures.provisional[row] = series.provisional
        # What a formula gives stands; what a rule takes from members is filled in after it.
        figures.settled[row] = self.calculation.calculates(node)[:, None]
        consolidate(block, [row], self.consolidation)
        figures.settled[row] = False


def compute(
    inputs: CascadeInput,
    *,
    affected: frozenset[str] | None = None,
    known: Results | None = None,
    workings: Workings | None = None,
) -> Results:
    """Calculate scores: of all nodes, or of the affected ones from what is known of the others.

    With `affected`, the inputs hold the affected nodes, the KPIs that their formulas use, and the
    children of affected nodes. A child that is not affected keeps, bit for bit, what `known` says.
    `workings` saves working the values out again.
    """
    results = (workings or Workings(inputs)).results_of_kpis()
    links = live_links(inputs.nodes, inputs.links)
    set_own_bounds(results)
    if affected is not None:
        _take_known(results, affected, known)
        keys = [node.key for node in inputs.nodes]
        links = [link for link in links if keys[link.parent] in affected]
    is_kpi = np.array([node.kpi is not None for node in inputs.nodes], dtype=np.bool_)
    roll_up(results, roll_up_plan(inputs.nodes, links), is_kpi)
    return results


def _take_known(results: Results, affected: frozenset[str], known: Results | None) -> None:
    if known is None:
        return
    rows = {key: row for row, key in enumerate(known.nodes)}
    for row, key in enumerate(results.nodes):
        if key not in affected and key in rows:
            for name in (*QUANTITIES, "marks"):
                getattr(results, name)[:, row] = getattr(known, name)[:, rows[key]]
