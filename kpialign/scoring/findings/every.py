"""All findings of a cascade, in one order."""

from kpialign.scoring.compute import Workings
from kpialign.scoring.findings.figures import figure_findings
from kpialign.scoring.findings.finding import Case, Finding, Surroundings
from kpialign.scoring.findings.structure import structure_findings
from kpialign.scoring.findings.targets import target_findings
from kpialign.scoring.inputs import CascadeInput
from kpialign.scoring.results import Results


def findings(
    inputs: CascadeInput,
    results: Results,
    around: Surroundings,
    *,
    workings: Workings | None = None,
) -> list[Finding]:
    """Look through a cascade: errors first, then by rule, node, entity and period."""
    return findings_of(Case(inputs, results, workings or Workings(inputs), around))


def findings_of(case: Case) -> list[Finding]:
    """Look through a cascade whose scores have been worked out."""
    found = [*target_findings(case), *structure_findings(case), *figure_findings(case)]
    return sorted(found, key=lambda one: (one.severity, one.rule, one.node, one.entity, one.period))
