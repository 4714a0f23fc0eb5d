"""What a database holds, in a few words: for the manifest, and before anything is replaced."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from kpialign.recovery.errors import DatabaseInUseError

# Whoever restores a backup signs in anew, and counters of guesses begin anew.
LEFT_OUT = ("django_session", "kpialign_cache")
ALIVE = timedelta(seconds=20)
HEAD = "SELECT count(*), max(id), max(at) FROM organisation_auditentry"


@dataclass(frozen=True)
class Head:
    """How far the trail reaches: how many entries, the number and moment of the last one."""

    entries: int
    last: int
    last_at: str

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON holds it."""
        return vars(self)


def tables() -> list[str]:
    """List the tables whose rows a backup carries, by name."""
    return sorted(set(connection.introspection.table_names()) - set(LEFT_OUT))


def applied_migrations() -> list[tuple[str, str]]:
    """List the migrations that the database has seen; none if it is empty."""
    return sorted(MigrationRecorder(connection).applied_migrations())


def trail_head(there: Collection[str]) -> Head:
    """Read the head of the trail, in plain SQL: the database may be older than the code."""
    if "organisation_auditentry" not in there:
        return Head(0, 0, "")
    with connection.cursor() as cursor:
        cursor.execute(HEAD)
        return head_of(*cursor.fetchone())


def head_of(count: int, last: int | None, at: datetime | str | None) -> Head:
    """Give the head of the trail from what asking for it answered."""
    moment = at.astimezone(UTC).isoformat() if isinstance(at, datetime) else str(at or "")
    return Head(count, last or 0, moment)


def holds_something() -> bool:
    """Say whether the database holds an organisation or a person."""
    there = connection.introspection.table_names()
    return any(
        name in there and _any_row(name)
        for name in ("organisation_organisation", "organisation_user")
    )


def _any_row(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608
        return cursor.fetchone() is not None


def refuse_while_running() -> None:
    """Refuse while worker or beat were seen a moment ago: they would go on writing."""
    if "dashboards_workerheartbeat" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(at) FROM dashboards_workerheartbeat")
        seen = cursor.fetchone()[0]
    if isinstance(seen, str):
        seen = datetime.fromisoformat(seen)
    if seen is not None and seen.tzinfo is None:
        seen = seen.replace(tzinfo=UTC)
    if seen is not None and timezone.now() - seen < ALIVE:
        raise DatabaseInUseError(
            "KPIAlign is running on this database. Stop web, worker and beat first, wait"
            f" {ALIVE.seconds} seconds, and restore then."
        )
