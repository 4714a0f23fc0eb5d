"""Run a command as a person does, and read what it tells and writes."""

import csv
from io import StringIO
from pathlib import Path

from django.core.management import call_command


def run(*arguments: str) -> str:
    """Run a command and return what it prints."""
    printed = StringIO()
    call_command(*arguments, stdout=printed, stderr=StringIO())
    return printed.getvalue()


def exported(folder: Path, *options: str) -> list[dict[str, str]]:
    """Export scores to a file in this folder and read its rows."""
    file = folder / "scores.csv"
    run("export_scores", "--output", str(file), *options)
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))
