"""One finding, and what must be known of an organisation to find it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from kpialign.scoring.compute import Workings
from kpialign.scoring.inputs import CascadeInput
from kpialign.scoring.results import Results
from kpialign.scoring.status import Thresholds


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing found; `entity` and `period` are empty where it is about none in particular."""

    rule: str
    severity: Severity
    node: str
    entity: str
    period: str
    message: str
    fix: str


@dataclass(frozen=True)
class Surroundings:
    """What the core does not know by itself.

    `label` names the period of a column. `financial` are the positions of financial KPIs and of
    objectives of a financial perspective; `departments` names the department of every node.
    `as_of` is the day on which staleness is judged, as an ordinal; None: the reporting date.
    """

    label: Callable[[int], str]
    financial: frozenset[int] = frozenset()
    departments: tuple[str | None, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)
    kpis_per_objective: int = 7
    kpis_per_department: int = 12
    as_of: int | None = None


@dataclass(frozen=True, eq=False)
class Case:
    """A cascade to be looked through."""

    inputs: CascadeInput
    results: Results
    workings: Workings
    around: Surroundings

    def error(self, rule: str, place: "Place", message: str, fix: str) -> Finding:
        """Report an error."""
        return self._finding(Severity.ERROR, rule, place, (message, fix))

    def warning(self, rule: str, place: "Place", message: str, fix: str) -> Finding:
        """Report a warning."""
        return self._finding(Severity.WARNING, rule, place, (message, fix))

    def pure_inputs(self) -> frozenset[int]:
        """Give the KPIs that only feed formulas: no target, no link."""
        nodes = {node for used in self.workings.formulas.uses.values() for node in used}
        nodes -= set(self.inputs.targets.kpi.tolist())
        for link in self.inputs.links:
            nodes -= {link.parent, link.child}
        return frozenset(nodes)

    def is_active_kpi(self, node: int) -> bool:
        """Tell whether a node is a KPI that is not archived."""
        node_input = self.inputs.nodes[node]
        return node_input.kpi is not None and not node_input.archived

    def _finding(
        self, severity: Severity, rule: str, place: "Place", words: tuple[str, str]
    ) -> Finding:
        entities = self.inputs.entities
        return Finding(
            rule=rule,
            severity=severity,
            node=place.code or self.inputs.nodes[place.node].key,
            entity="" if place.entity is None else entities[place.entity].key,
            period="" if place.column is None else self.around.label(place.column),
            message=words[0],
            fix=words[1],
        )


@dataclass(frozen=True)
class Place:
    """Where a finding is: a node (or, for a department, its code), and maybe entity and column."""

    node: int = -1
    entity: int | None = None
    column: int | None = None
    code: str = ""
