"""Close a period, or ask to reopen it; the same line by a second person reopens."""

import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from dashboards.errors import GapsError
from dashboards.services.closing import close_period
from kpialign.errors import RefusedError
from kpialign.management.database import DatabaseCommand
from kpialign.management.reopening import Told, ask_or_confirm, refuse_unless_closing
from kpis.models import ReportingPeriod
from organisation.models import Entity
from organisation.services.people import get_person
from organisation.services.trail import Path


class Command(DatabaseCommand):
    """Print a line for each entity's period that closed or opened, and a last one that counts."""

    help = (
        "Closes a period for an entity, or without --entity for all of them, members first."
        " With --reopen it asks to reopen it; the same line by a second permitted person reopens."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the period, the entity, the reason, and with whose rights it is done."""
        parser.add_argument("period", help="2026-03, 2026-Q1 or 2026")
        parser.add_argument("--entity", metavar="CODE", help="without it: every entity")
        parser.add_argument("--reopen", action="store_true", help="ask to reopen, or confirm it")
        parser.add_argument(
            "--reason", default="", metavar="TEXT", help="why it reopens, or closes with gaps"
        )
        parser.add_argument(
            "--user", required=True, metavar="EMAIL", help="act with this person's rights"
        )

    def handle(self, *, period: str, entity: str | None, **options: Any) -> None:
        """Close or reopen, or say why not."""
        try:
            told = self._done(_period(period), _entity(entity), options)
        except GapsError as refused:
            self.stdout.write("Nothing was closed. Mend the gaps, or say --reason why not.")
            self._refuse([gap.told for gap in refused.gaps])
        except RefusedError as refused:
            self._refuse([str(refused)])
        for line in told:
            self.stdout.write(line)

    @staticmethod
    def _done(period: ReportingPeriod, entity: Entity | None, options: dict[str, Any]) -> Told:
        by = get_person(options["user"])
        if options["reopen"]:
            return ask_or_confirm(period, entity, by=by, reason=options["reason"])
        refuse_unless_closing(by, entity)
        closed = close_period(
            period=period, entity=entity, by=by, path=Path.COMMAND, why=options["reason"]
        )
        return [*map(str, closed), f"closed {len(closed)}"]

    def _refuse(self, told: list[str]) -> NoReturn:
        """End with the lines alone: Django would put its own words before the first."""
        for line in told:
            self.stderr.write(line)
        sys.exit(1)


def _period(label: str) -> ReportingPeriod:
    found = ReportingPeriod.objects.filter(label=label).first()
    if found is None:
        message = f"There is no period {label!r}."
        raise RefusedError(message)
    return found


def _entity(code: str | None) -> Entity | None:
    found = Entity.objects.filter(code=code).first() if code is not None else None
    if code is not None and found is None:
        message = f"There is no entity {code!r}."
        raise RefusedError(message)
    return found
