"""Tell the sum behind one score, down to the figures that were entered."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from dashboards.selectors.explanations import explained_score
from dashboards.telling import facts, lines
from kpialign.management.database import DatabaseCommand
from kpis.models import Node, ReportingPeriod
from organisation.models import Entity


class Command(DatabaseCommand):
    """Explain a node's score as text or JSON."""

    help = "Tell the sum behind one score, down to the actuals."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the node, the period, the entity and the format."""
        parser.add_argument("code", help="the code of an objective or KPI")
        parser.add_argument("--period", required=True, help="2026-03, 2026-Q1 or 2026")
        parser.add_argument("--entity", help="the code of an entity; without it the root")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *, code: str, **options: Any) -> None:
        """Find what is asked for and tell it."""
        node = Node.objects.filter(code=code).first()
        if node is None:
            message = f"There is no node {code!r}."
            raise CommandError(message)
        explained = explained_score(code, self._entity(options), self._period(options))
        if explained is None:
            message = f"No figure is there around {options['period']}: nothing is scored then."
            raise CommandError(message)
        if explained.is_archived:
            message = f"{code} is archived: it has no score."
            raise CommandError(message)
        told = facts(explained)
        if options["format"] == "json":
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False))
        else:
            self.stdout.write("\n".join(lines(told)))

    @staticmethod
    def _entity(options: dict[str, Any]) -> Entity:
        chosen = {"code": options["entity"]} if options["entity"] else {"parent": None}
        found = Entity.objects.filter(**chosen).first()
        if found is None:
            message = f"There is no entity {options['entity']!r}."
            raise CommandError(message)
        return found

    @staticmethod
    def _period(options: dict[str, Any]) -> ReportingPeriod:
        found = ReportingPeriod.objects.filter(label=options["period"]).first()
        if found is None:
            message = f"There is no period {options['period']!r}."
            raise CommandError(message)
        return found
