"""Bring the database up to date with the code, with a backup of it as it was."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kpialign.errors import RefusedError
from kpialign.recovery.upgrade import upgrade_database
from kpialign.secret import make_private


class Command(BaseCommand):
    """Migrate after a backup."""

    help = "Apply the migrations that are missing; before, back the database up to var/backups."

    def handle(self, *_: Any, **options: Any) -> None:
        """Do nothing where nothing is missing."""
        try:
            backup = upgrade_database(make_private(settings.KPIALIGN_VAR / "backups"))
        except (RefusedError, OSError) as error:
            raise CommandError(str(error)) from error
        if backup is not None:
            self.stdout.write(
                f"The database is up to date; as it was, it lies in {backup.path}"
                f" (sha256 {backup.digest})."
            )
