"""What is wrong or doubtful in a cascade, each with what would mend it."""

from kpialign.scoring.findings.every import findings, findings_of
from kpialign.scoring.findings.finding import Case, Finding, Severity, Surroundings

__all__ = ["Case", "Finding", "Severity", "Surroundings", "findings", "findings_of"]
