"""Read what a KPI is for: the formulas that use it and the nearest objectives it serves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kpialign.scoring.formula import FormulaError, parse
from kpis.models import KPI, Node, NodeDefinition, PlanVersion
from kpis.rows import Purpose


def version_in_force() -> PlanVersion | None:
    """Return the version of the active plan that is edited and scored now."""
    return PlanVersion.objects.filter(plan__state="active").order_by("-number").first()


def purposes(codes: Iterable[str]) -> dict[str, Purpose]:
    """Answer for many KPIs at once, in four queries."""
    version = version_in_force()
    if version is None:
        return {}
    users = _formula_users(version)
    above = defaultdict(set, {code: set(found) for code, found in users.items()})
    contributing = version.links.filter(kind="contributes")
    for parent, child in contributing.values_list("parent__code", "child__code"):
        above[child].add(parent)
    objectives = dict(Node.objects.filter(archived_at=None).values_list("code", "objective__name"))
    names = dict(KPI.objects.values_list("node__code", "name"))
    return {
        code: Purpose(
            used_by=tuple(sorted(names[user] for user in users.get(code, ()))),
            serves=_nearest(code, above, objectives),
        )
        for code in codes
    }


def _formula_users(version: PlanVersion) -> dict[str, set[str]]:
    """Map each KPI to those whose formula names it."""
    users: dict[str, set[str]] = defaultdict(set)
    definitions = NodeDefinition.objects.filter(version=version, node__archived_at=None)
    for user, text in definitions.exclude(formula="").values_list("node__code", "formula"):
        try:
            references = parse(text).references
        except FormulaError:
            continue  # what cannot be read is a finding of its own, and uses nothing
        for reference in references:
            users[reference.code].add(user)
    return users


def _nearest(
    code: str, above: Mapping[str, set[str]], objectives: Mapping[str, str | None]
) -> tuple[str, ...]:
    """Climb level by level until objectives are met; an objective has a name, a KPI None."""
    seen, level = {code}, {code}
    while level:
        level = {parent for child in level for parent in above.get(child, ())} - seen
        seen |= level
        found = sorted({name for parent in level if (name := objectives.get(parent))})
        if found:
            return tuple(found)
    return ()
