"""Copy a PostgreSQL database out and in, table by table, as of one moment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from kpialign.recovery.errors import BackupUnreadableError
from kpialign.recovery.state import Head, tables, trail_head

MIGRATIONS = "django_migrations"


def copy_to(folder: Path) -> tuple[dict[str, Path], dict[str, int], Head]:
    """Copy every table, all of one moment; give parts, rows of each table, the trail's head."""
    parts: dict[str, Path] = {}
    rows: dict[str, int] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        names = tables()
        head = trail_head(names)
        for name in names:
            part = folder / f"{name}.copy"
            with part.open("w", encoding="utf-8") as file:
                cursor.copy_expert(f"COPY {_table(name)} TO STDOUT", file)
            rows[name] = cursor.rowcount
            parts[part.name] = part
    return parts, rows, head


def _columns(name: str) -> list[str]:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, name)
    return [column.name for column in described]


def _table(name: str) -> str:
    """Name a table with its columns, so that their order in another database does not matter."""
    quote = connection.ops.quote_name
    return f"{quote(name)} ({', '.join(quote(column) for column in sorted(_columns(name)))})"


def put_in_place(parcel: ZipFile, manifest: Mapping[str, Any]) -> None:
    """Make the tables as the backup knew them and fill them, all in one transaction."""
    with transaction.atomic():
        _drop_tables()
        _make_tables([tuple(one) for one in manifest["migrations"]])
        _fill(parcel, manifest["tables"])


def _drop_tables() -> None:
    """Drop the tables, and the functions of the guards that stood on them."""
    quote = connection.ops.quote_name
    names = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TABLE {quote(name)} CASCADE")
        cursor.execute(
            "SELECT p.oid::regprocedure FROM pg_proc p"
            " WHERE p.pronamespace = current_schema()::regnamespace AND NOT EXISTS"
            " (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function}")


def _make_tables(applied: list[tuple[str, ...]]) -> None:
    """Migrate the empty database to the state in which the backup was taken."""
    executor = MigrationExecutor(connection)
    wanted = {(app, name) for app, name in applied}
    followed = {
        parent.key for key in wanted for parent in executor.loader.graph.node_map[key].parents
    }
    executor.migrate(sorted(wanted - followed))


def _fill(parcel: ZipFile, rows: Mapping[str, int]) -> None:
    quote = connection.ops.quote_name
    names = [name for name in rows if name != MIGRATIONS]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # migrations leave them immediate
        for name in names:
            cursor.execute(f"ALTER TABLE {quote(name)} DISABLE TRIGGER USER")
            cursor.execute(f"DELETE FROM {quote(name)}")  # noqa: S608, a table of our own
        for name in names:
            with parcel.open(f"{name}.copy") as part:
                cursor.copy_expert(f"COPY {_table(name)} FROM STDIN", part)
            if cursor.rowcount != rows[name]:
                raise BackupUnreadableError(f"The backup has too few rows of {name}.")
        # Foreign keys are looked at now: a table with unchecked rows cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in names:
            cursor.execute(f"ALTER TABLE {quote(name)} ENABLE TRIGGER USER")
            _continue_numbers(name)


def _continue_numbers(name: str) -> None:
    """Let the next row of a table have a number that no row has."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for sequence in connection.introspection.get_sequences(cursor, name):
            column = quote(sequence["column"])
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, %s), coalesce(max({column}), 0) + 1,"  # noqa: S608
                f" false) FROM {quote(name)}",
                [name, sequence["column"]],
            )
