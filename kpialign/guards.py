"""Guards in the database: what is closed refuses every change, whoever asks.

A migration puts them in place by `guarding`, so that this file only ever grows. SQLite forgets
the triggers of a table that a migration makes anew: such a migration puts them back.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PREFIX = "guard_"
EVENTS = ("insert", "update", "delete")


@dataclass(frozen=True)
class Guard:
    """What a table refuses: rows of which `refused` holds, `{row}` standing for one of them.

    An update is refused by what a row was and by what it becomes; with `columns` only where one
    of these differs, and only by what it was.
    """

    table: str
    message: str
    refused: str
    events: tuple[str, ...] = EVENTS
    columns: tuple[str, ...] = ()

    def statements(self, vendor: str) -> list[str]:
        """Write the statements that put the guard in place."""
        write = self._sqlite if vendor == "sqlite" else self._postgresql
        return [sql for event in self.events for sql in write(event)]

    def undone(self, vendor: str) -> list[str]:
        """Write the statements that take the guard away."""
        if vendor == "sqlite":
            return [f"DROP TRIGGER IF EXISTS {self._name(event)}" for event in self.events]
        return [f"DROP FUNCTION IF EXISTS {self._name(event)}() CASCADE" for event in self.events]

    def _name(self, event: str) -> str:
        return f"{PREFIX}{self.table}_{event}"

    def _when(self, event: str) -> str:
        """Say of OLD and NEW when SQLite refuses."""
        old, new = (f"({self.refused.format(row=row)})" for row in ("OLD", "NEW"))
        if event != "update":
            return new if event == "insert" else old
        if not self.columns:
            return f"{old} OR {new}"
        differs = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in self.columns)
        return f"{old} AND ({differs})"

    def _sqlite(self, event: str) -> Iterator[str]:
        yield (
            f"CREATE TRIGGER {self._name(event)} BEFORE {event.upper()} ON {self.table}"
            f" WHEN {self._when(event)}"
            f" BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        )

    def _rows(self, event: str) -> str:
        """Select the rows that PostgreSQL refuses, of all that one statement changed."""
        was, now = (
            f"SELECT 1 FROM {table} WHERE {self.refused.format(row=table)}"  # noqa: S608, ours
            for table in ("was", "now")
        )
        if event != "update":
            return now if event == "insert" else was
        if not self.columns:
            return f"{was} UNION ALL {now}"
        differs = " OR ".join(f"was.{name} IS DISTINCT FROM now.{name}" for name in self.columns)
        refused = self.refused.format(row="was")
        both = "SELECT 1 FROM was JOIN now ON was.id = now.id"
        return f"{both} WHERE ({differs}) AND {refused}"

    def _postgresql(self, event: str) -> Iterator[str]:
        name = self._name(event)
        told = {"insert": "NEW TABLE AS now", "delete": "OLD TABLE AS was"}
        seen = told.get(event, "OLD TABLE AS was NEW TABLE AS now")
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF EXISTS ({self._rows(event)}) THEN"
            f" RAISE EXCEPTION '{self.message}' USING ERRCODE = 'check_violation';"
            f" END IF; RETURN NULL; END $$"
        )
        yield (
            f"CREATE TRIGGER {name} AFTER {event.upper()} ON {self.table}"
            f" REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


class PutGuards(migrations.RunPython):
    """The operation of a migration that puts guards in place."""

    def __init__(self, guards: Sequence[Guard]) -> None:
        """Remember the guards, so that whoever verifies a database knows what it must have."""
        self.guards = tuple(guards)
        super().__init__(_running(guards, Guard.statements), _running(guards, Guard.undone))


def guarding(guards: Sequence[Guard]) -> PutGuards:
    """Make the operation of a migration that puts guards in place."""
    return PutGuards(guards)


def _running(
    guards: Sequence[Guard], statements: Callable[[Guard, str], list[str]]
) -> Callable[[Any, BaseDatabaseSchemaEditor], None]:
    def run(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ANN401, Django's registry
        for guard in guards:
            for sql in statements(guard, editor.connection.vendor):
                editor.execute(sql, params=None)

    return run


@contextmanager
def guards_lifted() -> Iterator[None]:
    """Take every guard away while the body runs: to make tables anew, or to empty a test's."""
    down, up = _lifting()
    with connection.cursor() as cursor:
        for sql in down:
            cursor.execute(sql)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for sql in up:
                cursor.execute(sql)


def _lifting() -> tuple[list[str], list[str]]:
    """Write the statements that take the guards away, and those that put them back."""
    if connection.vendor == "sqlite":
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"
        return [f"DROP TRIGGER {name}" for name, _ in _found(found)], [s for _, s in _found(found)]
    found = "SELECT DISTINCT tgrelid::regclass::text, '' FROM pg_trigger WHERE tgname LIKE %s"
    tables = [table for table, _ in _found(found)]
    return (
        [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables],
        [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables],
    )


def _found(sql: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [f"{PREFIX}%"])
        return [(name, told) for name, told in cursor.fetchall()]
