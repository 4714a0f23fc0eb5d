"""Read the active cascade as pages tell it: its nodes with their words, and its links."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from kpialign.scoring.formula import Formula, FormulaError, parse
from kpis.models import KPI, Node, NodeDefinition, Plan, PlanVersion, Target
from objectives.models import CascadeLink

Row = Mapping[str, Any]
CODE, VERSION, VERSION_KEY = "node__code", "version__number", "version_id"
OWN = (
    "node_id",
    "node__kind",
    "node__slot__slot",
    "aggregation",
    "direction",
    "formula",
    "time_rollup",
)
TOLD = (
    "name",
    "description",
    "department__code",
    "department__name",
    "owner__name",
    "owner__email",
    "owner_id",
)
PERSPECTIVE = "node__objective__perspective__"
OF_OBJECTIVE = (
    *(f"node__objective__{name}" for name in TOLD),
    *(f"{PERSPECTIVE}{name}" for name in ("code", "name", "financial")),
)
OF_KPI = tuple(
    f"node__kpi__{name}" for name in (*TOLD, "unit", "decimals", "frequency", "category")
)
NO_SLOT = -1  # of a node that no recompute has seen yet: nothing is stored there


@dataclass(frozen=True)
class NodeFacts:
    """What a page says about an objective or KPI besides its figures."""

    pk: int
    code: str
    name: str
    description: str
    is_kpi: bool
    slot: int | None
    aggregation: str
    direction: str
    formula: str
    time_rollup: str
    unit: str
    decimals: int | None
    frequency: str
    category: str
    department: str  # code; empty for an objective without one
    department_name: str
    owner: str
    owner_id: int | None
    has_target: bool
    perspective: str = ""  # code; of an objective alone
    perspective_name: str = ""
    is_financial: bool = False  # a financial KPI, or an objective of a financial perspective


@dataclass(frozen=True)
class LinkFacts:
    """One link between two active nodes, by code."""

    parent: str
    child: str
    weight: float
    kind: str
    lag: int | None
    rationale: str


@dataclass(frozen=True)
class Cascade:
    """The active nodes and the links between them, of the version in force or of a close."""

    version: int
    nodes: dict[str, NodeFacts]
    links: Sequence[LinkFacts]
    version_id: int = 0

    @cached_property
    def _down(self) -> dict[str, list[LinkFacts]]:
        return self._grouped("parent")

    @cached_property
    def _up(self) -> dict[str, list[LinkFacts]]:
        return self._grouped("child")

    def _grouped(self, end: str) -> dict[str, list[LinkFacts]]:
        found: dict[str, list[LinkFacts]] = defaultdict(list)
        for link in self.links:
            found[getattr(link, end)].append(link)
        return found

    @property
    def places(self) -> dict[str, int]:
        """Map every node to the slot of its stored scores, by code."""
        return {
            code: NO_SLOT if node.slot is None else node.slot for code, node in self.nodes.items()
        }

    def children(self, code: str, kind: str = "contributes") -> list[LinkFacts]:
        """List the links to a node's children, the heaviest first."""
        links = [link for link in self._down.get(code, ()) if link.kind == kind]
        return sorted(links, key=lambda link: (-link.weight, link.child))

    def parents(self, code: str, kind: str = "contributes") -> list[LinkFacts]:
        """List the links to a node's parents, by code."""
        return [link for link in self._up.get(code, ()) if link.kind == kind]

    @cached_property
    def top(self) -> list[str]:
        """List the top-level objectives, by code."""
        return [
            code for code, node in self.nodes.items() if not node.is_kpi and not self.parents(code)
        ]

    def ancestors(self, code: str) -> list[str]:
        """List the objectives above a node, the nearest first."""
        seen: dict[str, None] = {}
        level = [code]
        while level:
            level = [link.parent for one in level for link in self.parents(one)]
            level = [one for one in dict.fromkeys(level) if one not in seen]
            seen |= dict.fromkeys(level)
        return [one for one in seen if not self.nodes[one].is_kpi]

    def uses(self, code: str) -> list[str]:
        """List the KPIs that a node's formula names, in the order it names them."""
        formula = self._formula(code)
        return [one for one in formula.codes if one in self.nodes] if formula else []

    def requires(self, code: str) -> list[str]:
        """List the KPIs without which a node's formula has no value."""
        formula = self._formula(code)
        return [one for one in formula.required if one in self.nodes] if formula else []

    def _formula(self, code: str) -> Formula | None:
        try:
            return parse(self.nodes[code].formula) if self.nodes[code].formula else None
        except FormulaError:
            return None

    def users(self, code: str) -> list[str]:
        """List the KPIs whose formula names a node, by code."""
        likely = [one for one, node in self.nodes.items() if code in node.formula]
        return [one for one in likely if code in self.uses(one)]


def cascade_in_force() -> Cascade:
    """Read it in two queries."""
    active = PlanVersion.objects.filter(plan__state=Plan.State.ACTIVE).order_by("-number")
    newest = Subquery(active.values("pk")[:1])
    return _cascade(NodeDefinition.objects.filter(version=newest, node__archived_at=None))


def cascade_then(version_id: int, active: Container[str]) -> Cascade:
    """Read what a version defines of the nodes that were active at a close, in two queries."""
    return _cascade(NodeDefinition.objects.filter(version=version_id), active)


def _cascade(
    definitions: QuerySet[NodeDefinition], active: Container[str] | None = None
) -> Cascade:
    rows = [row for row in _told(definitions) if active is None or row[CODE] in active]
    nodes = {row[CODE]: _facts(row) for row in rows}
    version_id = rows[0][VERSION_KEY] if rows else 0
    links = CascadeLink.objects.filter(version=version_id or None)
    fields = ("parent__code", "child__code", "weight", "kind", "lag", "rationale")
    return Cascade(
        version=rows[0][VERSION] if rows else 0,
        nodes=nodes,
        links=[
            LinkFacts(parent, child, float(weight), kind, lag, rationale)
            for parent, child, weight, kind, lag, rationale in links.values_list(*fields)
            if parent in nodes and child in nodes
        ],
        version_id=version_id,
    )


def _told(rows: QuerySet[NodeDefinition]) -> Iterable[Row]:
    """Select definitions with all that is told of their nodes, by code.

    As plain values: a page reads every node, and making model objects of them takes longest.
    """
    has_target = Exists(Target.objects.filter(kpi=OuterRef("node")))
    fields = (VERSION_KEY, VERSION, CODE, *OWN, *OF_KPI, *OF_OBJECTIVE, "has_target")
    found: Iterable[Row] = rows.annotate(has_target=has_target).values(*fields).order_by(CODE)
    return found


def _facts(row: Row) -> NodeFacts:
    is_kpi = row["node__kind"] == Node.Kind.KPI
    told = "node__kpi__" if is_kpi else "node__objective__"
    category = row["node__kpi__category"]
    return NodeFacts(
        pk=row["node_id"],
        code=row[CODE],
        name=row[told + "name"],
        description=row[told + "description"],
        is_kpi=is_kpi,
        slot=row["node__slot__slot"],
        aggregation=row["aggregation"],
        direction=row["direction"],
        formula=row["formula"],
        time_rollup=row["time_rollup"],
        unit=row["node__kpi__unit"] or "",
        decimals=row["node__kpi__decimals"],
        frequency=row["node__kpi__frequency"] or "",
        category=str(KPI.Category(category).label) if category else "",
        department=row[told + "department__code"] or "",
        department_name=row[told + "department__name"] or "",
        owner=row[told + "owner__name"] or row[told + "owner__email"] or "",
        owner_id=row[told + "owner_id"],
        has_target=row["has_target"],
        perspective=row[PERSPECTIVE + "code"] or "",
        perspective_name=row[PERSPECTIVE + "name"] or "",
        is_financial=category == KPI.Category.FINANCIAL or bool(row[PERSPECTIVE + "financial"]),
    )
