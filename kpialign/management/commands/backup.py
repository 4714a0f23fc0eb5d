"""Take a backup of everything, while the product runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from kpialign.errors import RefusedError
from kpialign.management.database import DatabaseCommand
from kpialign.recovery.backup import take_backup
from organisation.services import trail


class Command(DatabaseCommand):
    """Write a backup to a file."""

    help = "Write a backup of the whole database to PATH; the product may run meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        parser.add_argument("path", type=Path, metavar="PATH", help="a file that is not there yet")

    def handle(self, *_: Any, path: Path, **options: Any) -> None:
        """Take it, note it in the trail, and tell what is in it."""
        try:
            backup = take_backup(path)
        except (RefusedError, OSError) as error:
            raise CommandError(str(error)) from error
        trail.record(
            actor=None,
            path=trail.Path.COMMAND,
            action="backup",
            subject_kind="database",
            subject_key=backup.taken_at.isoformat(),
            before=None,
            after={"sha256": backup.digest},
        )
        self.stdout.write(
            f"{path}: {backup.rows:,} rows as of {backup.taken_at:%Y-%m-%d %H:%M:%S} UTC.\n"
            f"trail: {backup.head.entries:,} entries, the last is number {backup.head.last}\n"
            f"sha256 {backup.digest}\n"
            "Keep these lines elsewhere: they tell this backup from another one."
        )
