"""Say whether the worker, or the beat, has shown itself lately: the health check of a container."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.utils import Error as DatabaseFault

from kpialign.readiness import NO_ANSWER, worker_trouble


class Command(BaseCommand):
    """Fail unless the heartbeat row of one part is younger than half a minute."""

    help = "Fail, with the reason, unless the worker or the beat was seen in the last 30 seconds."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the name of the part."""
        parser.add_argument("part", choices=["worker", "beat"])

    def handle(self, *, part: str, **options: Any) -> None:
        """Ask for the row, and say nothing when all is well."""
        try:
            trouble = worker_trouble(part)
        except DatabaseFault:
            trouble = NO_ANSWER
        if trouble:
            raise CommandError(f"The {part}: {trouble}.")
