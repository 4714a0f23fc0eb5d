"""Change the cascade: check what is proposed, compare, and then write all of it or nothing.

The one way by which files, forms and the API change settings, entities, departments,
perspectives, objectives, KPIs, links, targets and rates; so each rule stands in one place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Count, Max

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
from kpialign.interchange.tables import Table
from kpis.models import ReportingPeriod
from kpis.services.versions import lock_cascade
from organisation.models import AuditEntry, User
from organisation.services import trail

MOST_TRIES = 3  # beside others who write; after that they wait
# PostgreSQL could not order this transaction among others, or broke a ring of waiting ones.
TO_BE_TRIED_AGAIN = {"40001", "40P01"}
Check = Callable[[Proposal], None]
Judge = Callable[[Difference], None]
Trail = tuple[int, int]


class CascadeRefusedError(RefusedError):
    """What was proposed has problems; nothing was written."""

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
class Changed:
    """What was changed, or with a dry run would be."""

    difference: Difference
    warnings: list[Problem]


def change_cascade(
    tables: Mapping[str, Table],
    report: Report,
    *,
    by: User | None,
    path: str,
    why: str,
    dry_run: bool = False,
    childless: frozenset[str] = frozenset(),
    removed: frozenset[tuple[str, Any]] = frozenset(),
    check: Check | None = None,
    judge: Judge | None = None,
    within: Judge | None = None,
) -> Changed:
    """Write what typed rows change, all in one transaction; raise CascadeRefusedError.

    `childless` are parents that are to have no children, `removed` rows of targets and rates that
    are to go, by sheet and key; `check` looks at the proposal besides
    and `judge` at the difference, and may raise; `within` writes what belongs to the same
    transaction. With a dry run nothing is written.
    """
    change = _Change(
        tables, report, by, path, why, dry_run, childless, removed, check, judge, within
    )
    for _attempt in range(MOST_TRIES):
        done = change.tried(_trail_so_far())
        if done is not None:
            return done
    return _undisturbed(change)


@dataclass(frozen=True)
class _Change:
    """What is to be changed, by whom and on which conditions: see change_cascade."""

    tables: Mapping[str, Table]
    report: Report
    by: User | None
    path: str
    why: str
    dry_run: bool
    childless: frozenset[str]
    removed: frozenset[tuple[str, Any]]
    check: Check | None
    judge: Judge | None
    within: Judge | None

    def tried(self, before: Trail | None) -> Changed | None:
        """Check, compare and write; None if somebody else wrote meanwhile."""
        checked = Report(list(self.report.errors), list(self.report.warnings))
        given = Proposal(
            checked, self.tables, childless=self.childless, removed=self.removed, by=self.by
        )
        proposal = _propose(given)
        if self.check is not None:
            self.check(proposal)
        changes = difference(proposal)
        if self.by is not None:
            check_rights(self.by, proposal, changes)
        if checked.errors:
            raise CascadeRefusedError(checked.errors, checked.warnings)
        if self.judge is not None:
            self.judge(changes)
        writing = applying.Writing(proposal, changes, self.by, self.path, self.why)
        is_done = self.dry_run or _is_written(writing, before, self.within)
        return Changed(changes, checked.warnings) if is_done else None


@transaction.atomic
def _undisturbed(change: _Change) -> Changed:
    """Let the others wait while all is checked and written: then nobody can be faster."""
    _lock_all()
    done = change.tried(None)
    if done is None:
        raise RefusedError("Others are changing the cascade. Nothing was saved; try again.")
    return done


def _propose(proposal: Proposal) -> Proposal:
    """Lay the rows over what is stored, and check the whole."""
    check_organisation(proposal)
    check_nodes(proposal)
    check_links(proposal)
    check_figures(proposal)
    return proposal


def _trail_so_far() -> Trail:
    """Return the latest number of the trail, and how many entries: every change writes some.

    Numbers alone are not enough: on PostgreSQL an entry may be committed after a higher one.
    """
    found = AuditEntry.objects.aggregate(latest=Max("pk"), count=Count("pk"))
    return found["latest"] or 0, found["count"]


def _is_written(writing: applying.Writing, before: Trail | None, within: Judge | None) -> bool:
    """Write; tell whether that was done, or all of it must be checked and tried again."""
    try:
        return _write(writing, before, within)
    except DatabaseError as error:
        code = getattr(error.__cause__, "pgcode", None)
        may_pass = isinstance(error, IntegrityError) or code in TO_BE_TRIED_AGAIN
        if before is None or not may_pass:
            raise
        return False


@transaction.atomic
def _write(writing: applying.Writing, before: Trail | None, within: Judge | None) -> bool:
    """Write the changes; tell whether nobody else wrote since they were compared.

    Without `before` nobody could: the locks were taken before the comparison.
    """
    if writing.difference.added or writing.difference.changed:
        _lock_all()
        if before is not None and _trail_so_far() != before:
            return False
        _apply(writing)
    if within is not None:
        within(writing.difference)
    return True


def _lock_all() -> None:
    """Hold plan version and periods: who wrote cascade or figures has ended, or comes later."""
    lock_cascade()
    list(ReportingPeriod.objects.select_for_update().order_by("pk").values_list("pk"))


def _apply(writing: applying.Writing) -> None:
    applying.write_organisation(writing)
    applying.write_cascade(writing)
    make_periods(writing)
    applying.write_targets(writing)
    applying.write_actuals(writing)
    applying.write_rates(writing)
    trail.record_many(writing.told, actor=writing.by, path=writing.path)
    applying.request_scores(writing)
