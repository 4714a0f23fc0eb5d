"""What is wrong or doubtful in a cascade, each with what would mend it."""

from kpialign.scoring.findings.every import findings
from kpialign.scoring.findings.finding import Finding, Severity, Surroundings

__all__ = ["Finding", "Severity", "Surroundings", "findings"]
