"""Name what is wrong or doubtful in the cascade."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import CommandError

from dashboards.selectors.findings import cascade_findings
from kpialign.management.database import DatabaseCommand
from kpialign.scoring.findings import Finding, Severity


class Command(DatabaseCommand):
    """List the findings; end with 1 if any of them is an error."""

    help = "Name what is wrong or doubtful in the cascade."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the day on which staleness is judged, and the format."""
        parser.add_argument("--as-of", help="judge what is late as of this day, 2026-04-15")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, **options: Any) -> None:
        """Look, and tell."""
        found = cascade_findings(self._day(options["as_of"]))
        if options["format"] == "json":
            told = [asdict(one) for one in found]
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        elif found:
            self.stdout.write("\n".join(_line(one) for one in found))
        else:
            self.stdout.write("Nothing was found.")
        if any(one.severity == Severity.ERROR for one in found):
            sys.exit(1)

    @staticmethod
    def _day(text: str | None) -> date | None:
        if text is None:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            message = f"{text!r} is no day; write it as 2026-04-15."
            raise CommandError(message) from error


def _line(finding: Finding) -> str:
    where = ", ".join(part for part in (finding.node, finding.entity, finding.period) if part)
    return f"{finding.severity} {finding.rule} ({where}): {finding.message} {finding.fix}"
