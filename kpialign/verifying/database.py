"""What the database itself can tell: damaged pages, rows that refer to nothing, missing guards."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from kpialign.recovery.state import applied_migrations
from kpialign.verifying.fault import Fault

MOST_NAMED = 20


def database_faults() -> Iterator[Fault]:
    """Look at the tables, their references, and whether every migration was applied."""
    unknown = sorted({*applied_migrations()} - MigrationLoader(None).disk_migrations.keys())
    for app, name in unknown:
        told = f"{app} {name} was applied by a newer KPIAlign, or by nobody"
        yield Fault("migrated", "database", told)
    if connection.vendor == "sqlite":
        yield from _sqlite()
    else:
        yield from _dangling()


def _sqlite() -> Iterator[Fault]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        for (told,) in cursor.fetchall():
            if told != "ok":
                yield Fault("integrity", "database", str(told))
        cursor.execute("PRAGMA foreign_key_check")
        for table, row, parent, _number in cursor.fetchall():
            yield Fault("references", f"{table} {row}", f"refers to a row of {parent} that is gone")


def _dangling() -> Iterator[Fault]:
    """Look for references to nothing: constraints forbid them, unless somebody dropped those."""
    for model in apps.get_models():
        table = model._meta.db_table  # noqa: SLF001
        for field in model._meta.concrete_fields:  # noqa: SLF001
            if field.related_model is not None and not isinstance(field.related_model, str):
                column, other = str(field.column), field.related_model._meta  # noqa: SLF001
                for key in _gone(table, column, other.db_table, str(other.pk.column)):
                    told = f"refers to row {key} of {other.db_table}, which is gone"
                    yield Fault("references", f"{table}.{column}", told)


def _gone(table: str, column: str, other: str, key: str) -> list[object]:
    quote = connection.ops.quote_name
    sql = (
        f"SELECT a.{quote(column)} FROM {quote(table)} a"  # noqa: S608, names of our own
        f" LEFT JOIN {quote(other)} b ON a.{quote(column)} = b.{quote(key)}"
        f" WHERE a.{quote(column)} IS NOT NULL AND b.{quote(key)} IS NULL LIMIT {MOST_NAMED}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]
