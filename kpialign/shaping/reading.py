"""What the pages tell of a node beside its form: its children's shares, and what leans on it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404

from dashboards.figures import shown
from kpialign.interchange import stored
from kpialign.interchange.rows import KPIRow, LinkRow, ObjectiveRow
from kpialign.scoring.formula import FormulaError, parse

Node = KPIRow | ObjectiveRow
CONTRIBUTES = "contributes"


@dataclass(frozen=True)
class Nodes:
    """Objectives and KPIs by code, as they stand."""

    objectives: Mapping[str, ObjectiveRow]
    kpis: Mapping[str, KPIRow]

    def get(self, code: str) -> Node | None:
        """Return an objective or KPI."""
        return self.objectives.get(code) or self.kpis.get(code)

    def is_active(self, code: str) -> bool:
        """Tell whether a node is there and not archived."""
        found = self.get(code)
        return found is not None and found.state == "active"

    def name(self, code: str) -> str:
        """Name a node; its code where it has no name."""
        found = self.get(code)
        return found.name if found else code


def nodes() -> Nodes:
    """Read objectives and KPIs."""
    return Nodes(stored.objectives(), stored.kpis())


def get_node_to_edit(code: str) -> Node:
    """Return an objective or KPI as it stands, or answer as absent."""
    found = nodes().get(code)
    if found is None:
        raise Http404
    return found


def is_objective(row: Node) -> bool:
    """Tell an objective from a KPI."""
    return isinstance(row, ObjectiveRow)


def shares(links: Mapping[str, LinkRow], known: Nodes) -> dict[str, str]:
    """Say which part of its parent each child is, of those that count in the sum."""
    counted = {
        child: float(str(link.weight))
        for child, link in links.items()
        if link.kind == CONTRIBUTES and known.is_active(child)
    }
    total = sum(counted.values())
    return {
        child: shown.share(counted[child] / total) if child in counted else shown.UNKNOWN
        for child in links
    }


@dataclass(frozen=True)
class Reach:
    """What an archived node touches, in sentences."""

    parents: tuple[str, ...]
    formulas: tuple[str, ...]
    alone: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether nothing leans on the node."""
        return not (self.parents or self.formulas or self.alone)


def reach_of(code: str) -> Reach:
    """Find what leans on a node: the parents it counts in, formulas, and children left alone."""
    known, links = nodes(), stored.links()
    return Reach(
        parents=tuple(_parents(code, known, links)),
        formulas=tuple(_formulas(code, known)),
        alone=tuple(_left_alone(code, known, links)),
    )


def _parents(code: str, known: Nodes, links: Mapping[tuple[str, str], LinkRow]) -> list[str]:
    told = []
    for parent in sorted(parent for parent, child in links if child == code):
        beneath = {link.child: link for link in links.values() if link.parent == parent}
        part = shares(beneath, known)[code]
        others = sum(known.is_active(child) for child in beneath if child != code)
        if links[parent, code].kind != CONTRIBUTES:
            told.append(f"{known.name(parent)}: it drives it, without a part in its sum.")
        elif others:
            told.append(f"{known.name(parent)}: its {part} of the weight goes to the others.")
        else:
            told.append(f"{known.name(parent)}: nothing scored is left beneath it.")
    return told


def _formulas(code: str, known: Nodes) -> list[str]:
    users = []
    for row in known.kpis.values():
        try:
            uses = parse(row.formula).codes if row.formula else ()
        except FormulaError:
            continue  # cannot be read: a finding of its own
        if code in uses and row.state == "active":
            users.append(f"{row.name} ({row.code})")
    return sorted(users)


def _left_alone(code: str, known: Nodes, links: Mapping[tuple[str, str], LinkRow]) -> list[str]:
    told = []
    for child in sorted(child for parent, child in links if parent == code):
        others = [
            parent
            for parent, other in links
            if other == child and parent != code and known.is_active(parent)
        ]
        if not others and known.is_active(child):
            told.append(f"{known.name(child)} ({child})")
    return told
