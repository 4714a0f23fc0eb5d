"""Import a cascade: read, check, compare, and then write all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from kpialign.errors import RefusedError
from kpialign.interchange import applying
from kpialign.interchange.applying.figures import make_periods
from kpialign.interchange.checking import (
    check_figures,
    check_links,
    check_nodes,
    check_organisation,
)
from kpialign.interchange.difference import Difference, difference
from kpialign.interchange.problems import Problem, Report
from kpialign.interchange.proposal import Proposal
from kpialign.interchange.rights import check_rights
from kpialign.interchange.sheets import SHEETS
from kpialign.interchange.source import read_source
from kpialign.interchange.tables import Table, typed
from kpis.selectors.purpose import version_in_force
from objectives.services import lock_version
from organisation.models import AuditEntry, User
from organisation.services import trail

MOST_TRIES = 5


class CascadeRefusedError(RefusedError):
    """The file has problems; nothing was written."""

    def __init__(self, errors: Sequence[Problem], warnings: Sequence[Problem]) -> None:
        """Keep every problem."""
        super().__init__(f"The file has {len(errors)} errors; nothing was imported.")
        self.errors = sorted(errors, key=_place)
        self.warnings = sorted(warnings, key=_place)


def _place(problem: Problem) -> tuple[int, int]:
    """Order problems as a person goes through the sheets."""
    order = list(SHEETS)
    return (order.index(problem.sheet) if problem.sheet in order else -1, problem.row)


@dataclass(frozen=True)
class Imported:
    """What an import changed, or with a dry run would change."""

    difference: Difference
    warnings: list[Problem]


def import_cascade(*, path: Path, by: User | None, dry_run: bool = False) -> Imported:
    """Import what a file holds; raise ImportRefusedError or CascadeRefusedError, or write it all.

    Everything is read and checked before the transaction. If somebody else writes in between, it
    is checked again.
    """
    report = Report()
    tables = _read(path, report)
    for _attempt in range(MOST_TRIES):
        before = _last_write()
        checked = Report(list(report.errors), list(report.warnings))
        proposal = _propose(tables, checked)
        changes = difference(proposal)
        if by is not None:
            check_rights(by, changes, checked)
        if checked.errors:
            raise CascadeRefusedError(checked.errors, checked.warnings)
        if dry_run or _write(proposal, changes, by, path, before):
            return Imported(changes, checked.warnings)
    raise RefusedError(
        "Others are changing the cascade right now. Nothing was imported; try again."
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


def _propose(tables: Mapping[str, Table], report: Report) -> Proposal:
    """Lay the file over what is stored, and check the whole."""
    proposal = Proposal(report, tables)
    check_organisation(proposal)
    check_nodes(proposal)
    check_links(proposal)
    check_figures(proposal)
    return proposal


def _last_write() -> int:
    """Return the number of the latest entry of the trail: every change writes one."""
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


@transaction.atomic
def _write(
    proposal: Proposal, changes: Difference, by: User | None, path: Path, before: int
) -> bool:
    """Write the changes; tell whether nobody else wrote since they were compared."""
    if not changes.added and not changes.changed:
        return True
    version = version_in_force()
    if version is not None:
        lock_version(version)
    if _last_write() != before:
        return False
    writing = applying.Writing(proposal, changes, by, f"Import of {path.name}"[:200])
    applying.write_organisation(writing)
    applying.write_cascade(writing)
    make_periods(writing)
    applying.write_targets(writing)
    applying.write_actuals(writing)
    applying.write_rates(writing)
    trail.record_many(writing.told, actor=by, path=applying.PATH)
    applying.request_scores(writing)
    return True
