"""Import a cascade from a file: read all of it, then change what differs, or nothing."""

from pathlib import Path

from kpialign.interchange.changing import CascadeRefusedError, Changed, Judge, change_cascade
from kpialign.interchange.problems import Report
from kpialign.interchange.source import read_source
from kpialign.interchange.tables import Table, typed
from organisation.models import User
from organisation.services import trail


def import_cascade(
    *,
    path: Path,
    by: User | None,
    dry_run: bool = False,
    name: str = "",
    judge: Judge | None = None,
    within: Judge | None = None,
) -> Changed:
    """Import what a file holds; raise ImportRefusedError or CascadeRefusedError, or write it all.

    Everything is read and checked before the transaction. If somebody else writes in between, it
    is checked again. `name` is what the trail calls the file; of `judge` and `within` see
    change_cascade.
    """
    report = Report()
    tables = _read(path, report)
    return change_cascade(
        tables,
        report,
        by=by,
        path=trail.Path.IMPORT,
        why=f"Import of {name or path.name}"[:200],
        dry_run=dry_run,
        judge=judge,
        within=within,
    )


def _read(path: Path, report: Report) -> dict[str, Table]:
    """Read the sheets; if one cannot be read at all, nothing can be said about the others."""
    raws = read_source(path, report)
    unreadable = bool(report.errors)
    # One after the other, so that the cells of a sheet are gone before the next one's rows come.
    tables = {name: typed(raws.pop(name), report) for name in list(raws)}
    if unreadable:
        raise CascadeRefusedError(report.errors, report.warnings)
    return tables
