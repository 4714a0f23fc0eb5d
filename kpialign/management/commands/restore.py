"""Put a backup in the place of the database."""

import sys
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from kpialign.errors import RefusedError
from kpialign.management.database import DatabaseCommand
from kpialign.recovery.errors import DatabaseNotEmptyError
from kpialign.recovery.restore import Restored, restore_backup
from kpialign.secret import make_private
from kpialign.supervisor.lock import hold


class Command(DatabaseCommand):
    """Restore a backup."""

    help = "Put the backup PATH in the place of the database; stop the product before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        parser.add_argument("path", type=Path, metavar="PATH", help="a file that backup wrote")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="replace what is there; it is kept as a backup first",
        )

    def handle(self, *_: Any, path: Path, **options: Any) -> None:
        """Restore while no `up` runs on the same data; ask before anything is replaced."""
        folder = make_private(settings.KPIALIGN_VAR)
        held = nullcontext() if settings.DATABASE_URL else hold(folder, "restore")
        try:
            with held:
                restored = self._restore(path, replaces=options["replace"])
        except (RefusedError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored the state of {restored.taken_at}.")
        if restored.kept:
            self.stdout.write(f"What was there before lies in {restored.kept}.")
        self.stdout.write("Run `manage.py verify` to see that all of it is sound.")

    def _restore(self, path: Path, *, replaces: bool) -> Restored:
        kept_in = make_private(settings.KPIALIGN_VAR / "backups")
        try:
            return restore_backup(path, kept_in=kept_in, replaces=replaces)
        except DatabaseNotEmptyError as refusal:
            if not sys.stdin.isatty():
                raise
            self.stdout.write(str(refusal))
            if input("Replace it? Type yes: ").strip() != "yes":
                raise
        return restore_backup(path, kept_in=kept_in, replaces=True)
