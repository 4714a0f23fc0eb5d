"""The cascade: nodes, definitions, links and formulas of every version of the plan."""

from collections import defaultdict
from collections.abc import Iterator

from kpialign.scoring.formula import FormulaError, find_cycle, parse
from kpialign.verifying.fault import Fault
from kpis.models import KPI, Node, NodeDefinition, PlanVersion
from kpis.selectors.purpose import version_in_force
from objectives.models import Objective


def cascade_faults() -> Iterator[Fault]:
    """Look at what the cascade consists of, and how it hangs together."""
    yield from _nodes()
    for version in PlanVersion.objects.select_related("plan").order_by("plan", "number"):
        yield from _links(version)
        yield from _formulas(version)
    yield from _versions()


def _nodes() -> Iterator[Fault]:
    kpis = set(KPI.objects.values_list("pk", flat=True))
    objectives = set(Objective.objects.values_list("pk", flat=True))
    version = version_in_force()
    defined = set(NodeDefinition.objects.filter(version=version).values_list("node", flat=True))
    for node in Node.objects.order_by("code"):
        own, other = (kpis, objectives) if node.kind == Node.Kind.KPI else (objectives, kpis)
        if node.pk not in own or node.pk in other:
            yield Fault("node_is_one_thing", node.code, f"is not a {node.kind}, and nothing else")
        elif node.pk not in defined:
            yield Fault("node_is_defined", node.code, f"has no definition in {version}")


def _links(version: PlanVersion) -> Iterator[Fault]:
    beneath: dict[str, list[str]] = defaultdict(list)
    kinds = ("parent__code", "parent__kind", "child__code", "child__kind", "weight")
    for parent, above, child, below, weight in version.links.values_list(*kinds):
        beneath[parent].append(child)
        named = f"{parent} <- {child}"
        if weight is None or not weight > 0:
            told = "nothing" if weight is None else f"{weight.normalize():f}"
            yield Fault("weight_is_positive", named, f"weighs {told} in {version}")
        if above == Node.Kind.KPI and below == Node.Kind.OBJECTIVE:
            yield Fault("objective_above_kpi", named, f"an objective beneath a KPI in {version}")
    loop = find_cycle(beneath)
    if loop:
        yield Fault("links_are_acyclic", loop[0], f"{' > '.join(loop)} in {version}")


def _formulas(version: PlanVersion) -> Iterator[Fault]:
    kpis = set(Node.objects.filter(kind=Node.Kind.KPI).values_list("code", flat=True))
    uses: dict[str, list[str]] = {}
    definitions = NodeDefinition.objects.filter(version=version).exclude(formula="")
    for code, text in definitions.values_list("node__code", "formula"):
        try:
            named = [reference.code for reference in parse(text).references]
        except FormulaError as error:
            yield Fault("formula_is_readable", code, f"{error} in {version}")
            continue
        uses[code] = named
        for other in sorted(set(named) - kpis):
            yield Fault("formula_names_kpis", code, f"names {other}, which is no KPI")
    loop = find_cycle(uses)
    if loop:
        yield Fault("formulas_are_acyclic", loop[0], f"{' > '.join(loop)} in {version}")


def _versions() -> Iterator[Fault]:
    """Look whether versions are numbered without a gap, and begin with a month."""
    by_plan: dict[int, list[PlanVersion]] = defaultdict(list)
    for version in PlanVersion.objects.order_by("plan", "number"):
        by_plan[version.plan_id].append(version)
    for versions in by_plan.values():
        for place, version in enumerate(versions):
            if version.number != place + 1:
                yield Fault("versions_are_numbered", str(version), f"should be v{place + 1}")
            begins = version.effective_from
            if begins is not None and begins.day != 1:
                told = f"begins on {begins}, no first day of a month"
                yield Fault("version_begins_with_a_month", str(version), told)
