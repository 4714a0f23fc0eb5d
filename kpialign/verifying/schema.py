"""What stands in the database to refuse damage: constraints, indexes, guards and sequences."""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model
from django.db.models.constraints import CheckConstraint

from kpialign.guards import Guard, PutGuards
from kpialign.verifying.fault import Fault

OURS = ("organisation", "kpis", "objectives", "dashboards", "interchange")
MOST_NAMED = 20


def our_models() -> Iterator[type[Model]]:
    """Give every model of the product, those of many-to-many tables included."""
    for label in OURS:
        yield from apps.get_app_config(label).get_models(include_auto_created=True)


def schema_faults() -> Iterator[Fault]:
    """Look whether everything that refuses damage is there, and whether rows keep to it."""
    yield from _constraints()
    yield from _guards()
    if not _is_sqlite():  # which checks rows by itself, and numbers on from the last
        yield from _checks()
        yield from _sequences()


def _constraints() -> Iterator[Fault]:
    """Look for constraints and indexes by their names, and for unique columns."""
    for model in our_models():
        meta = model._meta  # noqa: SLF001
        held, unique = _of_sqlite(meta.db_table) if _is_sqlite() else _of_postgresql(meta.db_table)
        wanted = {str(one.name) for one in [*meta.constraints, *meta.indexes]}
        for name in sorted(wanted - held):
            yield Fault("constraint_is_there", meta.db_table, f"{name} is missing")
        for field in meta.concrete_fields:
            if field.unique and not field.primary_key and field.column not in unique:
                told = f"nothing keeps {field.column} from standing there twice"
                yield Fault("constraint_is_there", meta.db_table, told)


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _of_sqlite(table: str) -> tuple[set[str], set[str]]:
    """Give the names of a table's constraints and indexes, and its unique columns.

    Django's own introspection would parse every line of the table, which takes far longer.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE tbl_name = %s", [table])
        rows = cursor.fetchall()
        names = {name for name, _ in rows}
        for _, sql in rows:
            names |= set(re.findall(r'CONSTRAINT "(\w+)"', sql or ""))
        cursor.execute(
            "SELECT min(c.name) FROM pragma_index_list(%s) i, pragma_index_info(i.name) c"
            ' WHERE i."unique" GROUP BY i.name HAVING count(*) = 1',
            [table],
        )
        return names, {column for (column,) in cursor.fetchall()}


def _of_postgresql(table: str) -> tuple[set[str], set[str]]:
    with connection.cursor() as cursor:
        held = connection.introspection.get_constraints(cursor, table)
    alone = [one["columns"] for one in held.values() if one["unique"]]
    return set(held), {columns[0] for columns in alone if len(columns) == 1}


def _guards() -> Iterator[Fault]:
    """Compare the triggers that guard what is closed with what the migrations put there."""
    held = _held_triggers()
    for name, wanted in _wanted_triggers().items():
        if name not in held:
            yield Fault("guard_is_there", name, "is missing: what is closed could be changed")
        elif held[name] != wanted:
            yield Fault(
                "guard_is_there", name, "is off or altered: what is closed could be changed"
            )


def _wanted_triggers() -> dict[str, str]:
    """Give what each trigger of the migrations does, later ones in the place of earlier."""
    loader = MigrationLoader(None)
    order = [key for leaf in loader.graph.leaf_nodes() for key in loader.graph.forwards_plan(leaf)]
    guards: dict[str, Guard] = {}
    for key in dict.fromkeys(order):
        for operation in loader.graph.nodes[key].operations:
            if isinstance(operation, PutGuards):
                guards |= {guard.table: guard for guard in operation.guards}
    found = {}
    for guard in guards.values():
        for sql in guard.statements(connection.vendor):
            name = re.match(r"CREATE (?:TRIGGER|FUNCTION) (\w+)", sql)
            if name and (_is_sqlite() or sql.startswith("CREATE FUNCTION")):
                body = sql if _is_sqlite() else sql.split("$$")[1]
                found[name.group(1)] = body
    return found


def _held_triggers() -> dict[str, str]:
    """Give what each trigger does that is there and on."""
    sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    if not _is_sqlite():
        sql = (
            "SELECT t.tgname, CASE t.tgenabled WHEN 'O' THEN p.prosrc ELSE '' END"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return dict(cursor.fetchall())


def _checks() -> Iterator[Fault]:
    """Look for rows that break a check: a constraint put back as NOT VALID asks no old row."""
    for model in our_models():
        meta = model._meta  # noqa: SLF001
        for one in meta.constraints:
            if isinstance(one, CheckConstraint):
                rows = model._default_manager.exclude(one.condition)  # noqa: SLF001
                for key in rows.values_list("pk", flat=True)[:MOST_NAMED]:
                    yield Fault("check_holds", f"{meta.db_table} {key}", f"breaks {one.name}")


def _sequences() -> Iterator[Fault]:
    """Look whether the next row of each table gets a number that none has."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model in our_models():
            meta = model._meta  # noqa: SLF001
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [meta.db_table, meta.pk.column])
            sequence = cursor.fetchone()[0]
            if sequence is None:
                continue
            table, key = quote(meta.db_table), quote(str(meta.pk.column))
            cursor.execute(
                f"SELECT (SELECT coalesce(max({key}), 0) FROM {table}),"  # noqa: S608, our names
                f" (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END"
                f" FROM {sequence})"
            )
            last, given = cursor.fetchone()
            if given < last:
                told = f"would give the number {given + 1} again; row {last} is there already"
                yield Fault("sequence_is_ahead", meta.db_table, told)
