"""Findings about the shape of a cascade: formulas, paths upwards, focus, dead weight."""

from collections.abc import Iterator

from kpialign.scoring.alignment import LEAST_SHARE, is_dead_weight
from kpialign.scoring.findings.finding import Case, Finding, Place
from kpialign.scoring.paths import beneath
from kpialign.scoring.plan import live_links


def structure_findings(case: Case) -> Iterator[Finding]:
    """Look through formulas and links."""
    for problem in case.workings.formulas.problems:
        if not case.inputs.nodes[problem.node].archived:
            yield case.error(
                "formula_error",
                Place(problem.node),
                problem.message,
                "correct the KPI's formula",
            )
    yield from _paths(case)
    yield from _overload(case)
    yield from _dead_weight(case)


def _paths(case: Case) -> Iterator[Finding]:
    nodes = case.inputs.nodes
    objectives = [
        position for position, node in enumerate(nodes) if node.kpi is None and not node.archived
    ]
    uses = case.workings.formulas.uses
    linked = beneath(nodes, case.inputs.links, uses, objectives)
    financial = [one for one in case.around.financial if not nodes[one].archived]
    to_financial = beneath(nodes, case.inputs.links, uses, financial)
    inputs = case.pure_inputs()
    for node in range(len(nodes)):
        if not case.is_active_kpi(node) or node in inputs:
            continue
        if node not in linked:
            yield case.warning(
                "unlinked",
                Place(node),
                "no path leads from this KPI up to an active objective",
                "link it beneath an objective or KPI, use it in a formula, or archive it",
            )
        if node not in to_financial:
            yield case.warning(
                "no_financial_path",
                Place(node),
                "no path leads from this KPI up to a financial KPI or objective",
                "link it to what it does for the financial result",
            )


def _overload(case: Case) -> Iterator[Finding]:
    yield from _overloaded_objectives(case)
    yield from _overloaded_departments(case)


def _overloaded_objectives(case: Case) -> Iterator[Finding]:
    nodes = case.inputs.nodes
    counts: dict[int, int] = {}
    for link in live_links(nodes, case.inputs.links):
        if nodes[link.parent].kpi is None and nodes[link.child].kpi is not None:
            counts[link.parent] = counts.get(link.parent, 0) + 1
    for node, count in counts.items():
        if count > case.around.kpis_per_objective:
            yield _overloaded(case, Place(node), count, case.around.kpis_per_objective)


def _overloaded_departments(case: Case) -> Iterator[Finding]:
    inputs = case.pure_inputs()
    owned: dict[str, int] = {}
    for node, department in enumerate(case.around.departments):
        if department is not None and case.is_active_kpi(node) and node not in inputs:
            owned[department] = owned.get(department, 0) + 1
    for department, count in owned.items():
        if count > case.around.kpis_per_department:
            place = Place(code=department)
            yield _overloaded(case, place, count, case.around.kpis_per_department)


def _overloaded(case: Case, place: Place, count: int, limit: int) -> Finding:
    what = "department" if place.code else "objective"
    return case.warning(
        "overload",
        place,
        f"the {what} has {count} KPIs; the organisation's limit is {limit}",
        "keep the KPIs that matter most, and archive the others or move them down",
    )


def _dead_weight(case: Case) -> Iterator[Finding]:
    nodes = case.inputs.nodes
    links = live_links(nodes, case.inputs.links)
    totals: dict[int, float] = {}
    for link in links:
        totals[link.parent] = totals.get(link.parent, 0.0) + link.weight
    for link in links:
        share = link.weight / totals[link.parent]
        if is_dead_weight(share):
            yield case.warning(
                "dead_weight",
                Place(link.child),
                f"its weight under {nodes[link.parent].key} is {share:.1%} of the whole, "
                f"less than {LEAST_SHARE:.0%}",
                "give the link a weight that counts, or remove it",
            )
