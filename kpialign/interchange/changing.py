"""Change the cascade: check what is proposed, compare, and then write all of it or nothing.

The one way by which files, forms and the API change settings, entities, departments,
perspectives, objectives, KPIs, links, targets and rates; so each rule stands in one place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

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
from kpialign.interchange.tables import Table
from kpis.services.versions import lock_cascade
from organisation.models import AuditEntry, User
from organisation.services import trail

MOST_TRIES = 5
Check = Callable[[Proposal], None]


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
    check: Check | None = None,
) -> Changed:
    """Write what typed rows change, all in one transaction; raise CascadeRefusedError.

    `childless` are parents that are to have no children; `check` looks at the proposal besides,
    and may raise. With a dry run nothing is written.
    """
    for _attempt in range(MOST_TRIES):
        before = _last_write()
        checked = Report(list(report.errors), list(report.warnings))
        proposal = _propose(Proposal(checked, tables, childless=childless))
        if check is not None:
            check(proposal)
        changes = difference(proposal)
        if by is not None:
            check_rights(by, changes, checked)
        if checked.errors:
            raise CascadeRefusedError(checked.errors, checked.warnings)
        writing = applying.Writing(proposal, changes, by, path, why)
        if dry_run or _write(writing, before):
            return Changed(changes, checked.warnings)
    raise RefusedError("Others are changing the cascade right now. Nothing was saved; try again.")


def _propose(proposal: Proposal) -> Proposal:
    """Lay the rows over what is stored, and check the whole."""
    check_organisation(proposal)
    check_nodes(proposal)
    check_links(proposal)
    check_figures(proposal)
    return proposal


def _last_write() -> int:
    """Return the number of the latest entry of the trail: every change writes one."""
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


@transaction.atomic
def _write(writing: applying.Writing, before: int) -> bool:
    """Write the changes; tell whether nobody else wrote since they were compared."""
    if not writing.difference.added and not writing.difference.changed:
        return True
    lock_cascade()
    if _last_write() != before:
        return False
    applying.write_organisation(writing)
    applying.write_cascade(writing)
    make_periods(writing)
    applying.write_targets(writing)
    applying.write_actuals(writing)
    applying.write_rates(writing)
    trail.record_many(writing.told, actor=writing.by, path=writing.path)
    applying.request_scores(writing)
    return True
