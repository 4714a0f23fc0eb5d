"""Commands that tell in one line when the database does not answer as it should."""

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError


class DatabaseCommand(BaseCommand):
    """A command that needs the database, and says so where it is not ready."""

    def execute(self, *args: object, **options: object) -> str | None:
        """Run, and turn what the database refuses into a sentence."""
        try:
            return super().execute(*args, **options)
        except DatabaseError as error:
            told = " ".join(str(error).split())
            message = f"The database refused ({told}). Is it migrated? Run: manage.py migrate"
            raise CommandError(message) from error
