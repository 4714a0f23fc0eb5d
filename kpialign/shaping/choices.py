"""What forms let a person choose from: people, departments, perspectives, entities and nodes."""

from collections.abc import Sequence

from django.db.models import Q

from kpialign.interchange import stored
from kpialign.interchange.rows import KPIRow, ObjectiveRow
from objectives.models import Perspective
from organisation.models import Department, Entity, User

Choices = list[tuple[str, str]]
NONE = ""


def people(held: Sequence[str] = ()) -> Choices:
    """List who can own something: those who can sign in, and those who hold it by now."""
    found = User.objects.filter(Q(is_active=True) | Q(email__in=held)).order_by("name", "email")
    named = [(one.email, f"{one.name} ({one.email})" if one.name else one.email) for one in found]
    return [(NONE, "Nobody"), *named]


def departments(empty: str = "Choose a department") -> Choices:
    """List the departments by name."""
    found = Department.objects.order_by("name").values_list("code", "name")
    return [(NONE, empty), *found]


def perspectives() -> Choices:
    """List the perspectives by name."""
    found = Perspective.objects.order_by("name").values_list("code", "name")
    return [(NONE, "None"), *found]


def entities() -> Choices:
    """List the entities as their tree stands, each beneath its parent."""
    below: dict[int | None, list[Entity]] = {}
    for one in Entity.objects.order_by("code"):
        below.setdefault(one.parent_id, []).append(one)
    ordered: Choices = []
    stack = [(one, 0) for one in reversed(below.get(None, []))]
    while stack:
        one, depth = stack.pop()
        ordered.append((one.code, "\u2003" * depth + one.name))
        stack += [(inner, depth + 1) for inner in reversed(below.get(one.pk, []))]
    return ordered


def nodes(*, only_objectives: bool = False, only_kpis: bool = False) -> Choices:
    """List objectives and KPIs in use, each with what it is: for a field that one can search."""
    found: Choices = []
    if not only_kpis:
        objectives = stored.objectives().values()
        found += [(row.code, f"{row.name}, objective") for row in objectives if is_used(row)]
    if not only_objectives:
        kpis = stored.kpis().values()
        found += [(row.code, f"{row.name}, KPI") for row in kpis if is_used(row)]
    return sorted(found, key=lambda choice: choice[1])


def parents(code: str) -> dict[str, str]:
    """Map what a node lies beneath to its name."""
    names = {key: row.name for key, row in stored.objectives().items()}
    names |= {key: row.name for key, row in stored.kpis().items()}
    above = sorted(row.parent for row in stored.links().values() if row.child == code)
    return {parent: names[parent] for parent in above}


def is_used(row: KPIRow | ObjectiveRow) -> bool:
    """Tell whether a node is not archived."""
    return row.state == "active"
