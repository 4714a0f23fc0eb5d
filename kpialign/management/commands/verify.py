"""Say whether what the database holds is sound."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from kpialign.management.database import DatabaseCommand
from kpialign.verifying.every import every_fault


class Command(DatabaseCommand):
    """Verify the database."""

    help = (
        "Check the cascade, the figures' revisions, the scores and the closed periods; name each "
        "fault, and exit with 1 if there is any. Nothing is changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *_: Any, **options: Any) -> None:
        """List the faults, then count them."""
        faults = list(every_fault())
        if options["format"] == "json":
            self.stdout.write(json.dumps([vars(fault) for fault in faults], indent=2))
        else:
            for fault in faults:
                self.stdout.write(str(fault))
            self.stdout.write(f"{len(faults)} faults")
        if faults:
            raise CommandError(f"{len(faults)} faults were found.")
