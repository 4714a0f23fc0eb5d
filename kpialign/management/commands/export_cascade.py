"""Export the cascade to a workbook or a folder."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from kpialign.errors import RefusedError
from kpialign.interchange.exporting import export_cascade
from organisation.services.trail import record_download


class Command(BaseCommand):
    """Write every sheet, and print how many rows there are."""

    help = "Exports the cascade to a workbook (.xlsx), or to a new or empty folder of CSV files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the path."""
        parser.add_argument("path", type=Path)

    def handle(self, *, path: Path, **_options: Any) -> None:
        """Write the file or folder, or say why not."""
        try:
            count = export_cascade(path)
            record_download(actor=None, path="command", kind="cascade", name=str(path))
        except RefusedError as refused:
            self.stderr.write(str(refused))
            sys.exit(1)
        except DatabaseError as error:
            told = " ".join(str(error).split())
            self.stderr.write(
                f"The database refused ({told}). Is it migrated? Run: manage.py migrate"
            )
            sys.exit(1)
        self.stdout.write(f"exported {count} rows to {path}")
