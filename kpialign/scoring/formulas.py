"""All formulas of a cascade: what they use, in which order they are calculated, what is wrong."""

from dataclasses import dataclass

from kpialign.scoring.formula import Formula, FormulaError, Reference, find_cycle, parse
from kpialign.scoring.formula.cycles import in_order
from kpialign.scoring.inputs import KpiInput, NodeInput


@dataclass(frozen=True)
class FormulaProblem:
    """Why a KPI's formula cannot be calculated."""

    node: int
    message: str


class Formulas:
    """The formulas that can be calculated, by node position.

    `uses` holds for each its inputs; it is ordered, each KPI after all that it uses.
    """

    def __init__(self, nodes: tuple[NodeInput, ...]) -> None:
        """Read every formula and check what it refers to."""
        self._nodes = nodes
        self._positions = {node.key: position for position, node in enumerate(nodes)}
        self.problems: list[FormulaProblem] = []
        self._read: dict[int, Formula] = {}
        for position, node in enumerate(nodes):
            if node.kpi is not None and node.kpi.formula:
                self._keep(position, node.kpi.formula)
        self._check_references()
        self.uses = self._ordered()

    def get(self, node: int) -> Formula | None:
        """Give a KPI's formula, None where it has none that can be calculated."""
        return self._read.get(node)

    def input(self, reference: Reference) -> int:
        """Give the node position that a checked reference stands for."""
        return self._positions[reference.code]

    def position(self, code: str) -> int:
        """Give the node position of a code that a formula refers to."""
        return self._positions[code]

    def _keep(self, position: int, text: str) -> None:
        try:
            self._read[position] = parse(text)
        except FormulaError as error:
            self.problems.append(FormulaProblem(position, str(error)))

    def _check_references(self) -> None:
        timed = {self._nodes[node].key for node, one in self._read.items() if one.uses_time}
        for node, formula in list(self._read.items()):
            kpi = self._nodes[node].kpi
            assert kpi is not None
            for reference in formula.references:
                message = self._wrong(kpi, reference, timed)
                if message:
                    problem = FormulaProblem(node, f"column {reference.column}: {message}")
                    self.problems.append(problem)
                    self._read.pop(node, None)

    def _wrong(self, kpi: KpiInput, reference: Reference, timed: set[str]) -> str:
        position = self._positions.get(reference.code)
        if position is None:
            return f"there is no KPI '{reference.code}'"
        used = self._nodes[position].kpi
        if used is None:
            return f"'{reference.code}' is an objective; a formula takes KPIs"
        if used.time_rollup == "sum" and used.length.months > kpi.length.months:
            return (
                f"'{reference.code}' is a sum measured less often than this KPI; "
                f"a {used.length}'s sum is not a {kpi.length}'s"
            )
        if reference.to_date and reference.code in timed:
            return f"ytd() of '{reference.code}', whose own formula uses a time function"
        return ""

    def _inputs(self, node: int) -> list[int]:
        return sorted(self._positions[code] for code in self._read[node].codes)

    def _ordered(self) -> dict[int, list[int]]:
        uses = {node: self._inputs(node) for node in self._read}
        while (loop := find_cycle(uses)) is not None:
            path = " <- ".join(self._nodes[node].key for node in loop)
            for node in loop[:-1]:
                self.problems.append(FormulaProblem(node, f"column 1: formulas in a loop: {path}"))
                del uses[node], self._read[node]
        return {node: uses[node] for node in in_order(uses) if node in uses}
