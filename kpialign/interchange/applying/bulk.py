"""Insert very many rows at once: the ORM takes minutes for what a file of figures holds."""

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any

from django.db import connection
from django.db.models import Max, Model

PAGE = 1_000  # rows in one statement
# By default SQLite keeps 2 MB in memory: too little for the indexes of so many rows.
CACHE = "PRAGMA cache_size = -131072"


def insert_rows(model: type[Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of the fields, each as its column takes it."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(_column(model, name)) for name in fields)
    head = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608, SLF001
    places = "(" + ", ".join(["%s"] * len(fields)) + ")"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(CACHE)
            many: Any = rows
            cursor.executemany(head + places, many)
            return
        left = iter(rows)
        while page := list(islice(left, PAGE)):
            sql = head + ", ".join([places] * len(page))
            cursor.execute(sql, list(chain.from_iterable(page)))


def _column(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name)  # noqa: SLF001
    return str(field.column)


def reserve_keys(model: type[Model], count: int) -> Sequence[int]:
    """Return keys that no other transaction will take."""
    if connection.vendor == "postgresql":
        sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        with connection.cursor() as cursor:
            cursor.execute(sequence, [model._meta.db_table, count])  # noqa: SLF001
            return [key for (key,) in cursor.fetchall()]
    # SQLite lets one transaction write at a time.
    last: int = model._default_manager.aggregate(last=Max("pk"))["last"] or 0  # noqa: SLF001
    return range(last + 1, last + 1 + count)
