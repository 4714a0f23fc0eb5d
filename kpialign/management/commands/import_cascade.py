"""Import a cascade from a workbook, a folder or a zip file."""

import gc
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from kpialign.errors import RefusedError
from kpialign.interchange.changing import CascadeRefusedError
from kpialign.interchange.importing import import_cascade
from kpialign.interchange.problems import Problem, lines
from organisation.models import User
from organisation.services.people import get_person


class Command(BaseCommand):
    """Print `added N, changed N, unchanged N`, or one line for each problem on standard error."""

    help = "Imports a cascade: a workbook (.xlsx), or a folder or .zip of CSV files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the path, and how the import is done."""
        parser.add_argument("path", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")
        parser.add_argument("--user", metavar="EMAIL", help="import with this person's rights")

    def handle(self, *, path: Path, dry_run: bool, user: str | None, **_options: Any) -> None:
        """Import the file, or say why not."""
        try:
            by: User | None = None if user is None else get_person(user)
            with _collector_paused():
                imported = import_cascade(path=path, by=by, dry_run=dry_run)
        except CascadeRefusedError as refused:
            self._refuse([*_warned(refused.warnings), *lines(refused.errors)])
        except RefusedError as refused:
            self._refuse([str(refused)])
        except DatabaseError as error:
            self._refuse([_told_of(error)])
        else:
            for line in _warned(imported.warnings):
                self.stderr.write(line)
            self.stdout.write(str(imported.difference))

    def _refuse(self, told: list[str]) -> NoReturn:
        """End with the lines alone: Django would put its own words before the first."""
        for line in told:
            self.stderr.write(line)
        sys.exit(1)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Spare the search for cycles: millions of rows come, and none goes before the end."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _warned(warnings: list[Problem]) -> list[str]:
    return [f"warning: {line}" for line in lines(warnings)]


def _told_of(error: DatabaseError) -> str:
    told = " ".join(str(error).split())
    return f"The database refused ({told}). Is it migrated? Run: manage.py migrate"
