"""Write scores as CSV, in full precision."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Protocol

from django.core.management.base import CommandError

from dashboards.exports import DEPARTMENT_COLUMNS, SCORE_COLUMNS, department_rows, score_rows
from kpialign.management.database import DatabaseCommand
from kpis.models import Node, ReportingPeriod
from organisation.models import Entity
from organisation.selectors import outstanding_requests
from organisation.services.trail import record_download

FILTERS = ("period", "entity", "node", "departments")


class Writable(Protocol):
    """What takes text: a file, or the command's own output."""

    def write(self, text: str, /) -> object:
        """Take some text."""


class Command(DatabaseCommand):
    """Export the stored scores of every period, entity and node, or of some."""

    help = "Write scores as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the filters and the file."""
        parser.add_argument("--period", help="only this period: 2026-03, 2026-Q1 or 2026")
        parser.add_argument("--entity", help="only this entity, by code")
        parser.add_argument("--node", help="only this objective or KPI, by code")
        parser.add_argument(
            "--departments", action="store_true", help="scores of departments instead of nodes"
        )
        parser.add_argument("--output", help="the file to write; without it standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the filters, then write row by row."""
        self._check(options)
        waiting = outstanding_requests().count()
        if waiting:
            self.stderr.write(
                f"{waiting} changes wait for their scores: run recompute_scores first."
            )
        if options["output"]:
            self._write_file(options)
        else:
            self._write(self.stdout, options)
        record_download(
            actor=None,
            path="command",
            kind="scores",
            name=options["output"] or "standard output",
            filters={name: options[name] for name in FILTERS},
        )

    def _write_file(self, options: dict[str, Any]) -> None:
        try:
            with Path(options["output"]).open("w", encoding="utf-8", newline="") as file:
                self._write(file, options)
        except OSError as error:
            message = f"{options['output']}: cannot be written: {error.strerror}."
            raise CommandError(message) from error

    @staticmethod
    def _check(options: dict[str, Any]) -> None:
        known = {
            "period": ReportingPeriod.objects.filter(label=options["period"]),
            "entity": Entity.objects.filter(code=options["entity"]),
            "node": Node.objects.filter(code=options["node"]),
        }
        for name, rows in known.items():
            if options[name] is not None and not rows.exists():
                message = f"There is no {name} {options[name]!r}."
                raise CommandError(message)

    @staticmethod
    def _write(file: Writable, options: dict[str, Any]) -> None:
        writer = csv.writer(file, lineterminator="\n")
        chosen = {name: options[name] for name in ("period", "entity", "node")}
        if options["departments"]:
            writer.writerow(DEPARTMENT_COLUMNS)
            writer.writerows(department_rows(**chosen))
        else:
            writer.writerow(SCORE_COLUMNS)
            writer.writerows(score_rows(**chosen))
