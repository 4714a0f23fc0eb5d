"""Look at everything, one subject after the other, all as of one moment."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

from django.db import connection, transaction

from dashboards.services.moment import as_of_one_moment
from kpialign.recovery.upgrade import has_pending_migrations
from kpialign.verifying.cascade import cascade_faults
from kpialign.verifying.closings import closing_faults
from kpialign.verifying.database import database_faults
from kpialign.verifying.decisions import decision_faults
from kpialign.verifying.fault import Fault
from kpialign.verifying.figures import figure_faults
from kpialign.verifying.history import history_faults
from kpialign.verifying.kinds import kind_faults
from kpialign.verifying.organisation import organisation_faults
from kpialign.verifying.people import people_faults
from kpialign.verifying.reopenings import reopening_faults
from kpialign.verifying.schema import schema_faults
from kpialign.verifying.scores import score_faults, wait_for_scores
from kpialign.verifying.snapshots import snapshot_faults
from kpialign.verifying.values import value_faults

Subject = Callable[[], Iterator[Fault]]
SUBJECTS: dict[str, Subject] = {
    "the database": database_faults,
    "its constraints and guards": schema_faults,
    "the kinds of values": kind_faults,
    "choices and settings": value_faults,
    "people": people_faults,
    "the organisation": organisation_faults,
    "the cascade": cascade_faults,
    "figures and targets": figure_faults,
    "reviews": decision_faults,
    "closed periods": closing_faults,
    "reopenings": reopening_faults,
    "snapshots": snapshot_faults,
    "the trail": history_faults,
    "scores": score_faults,
}


def every_fault() -> Iterator[Fault]:
    """Give all faults that there are; none means that the database is sound.

    What is written meanwhile is not seen, so that nothing half is taken for damage.
    """
    if has_pending_migrations():
        told = "migrations are missing: run upgrade_database, then verify"
        yield Fault("migrated", "database", told)
        return
    wait_for_scores()
    with as_of_one_moment():
        for name, subject in SUBJECTS.items():
            yield from _of(name, subject)


def _of(name: str, subject: Subject) -> Iterator[Fault]:
    """Give the faults of one subject; one that cannot be looked at is a fault itself."""
    try:
        with _undone():
            yield from subject()
    except Exception as error:  # noqa: BLE001, whatever damage does to the reader is told
        why = " ".join(f"{type(error).__name__}: {error}".split())
        told = f"could not be looked at to the end: mend the other faults first ({why})"
        yield Fault("everything_is_readable", name, told)


def _undone() -> AbstractContextManager[object]:
    """Let what PostgreSQL refuses to read fail alone, and not all that is read after it."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
