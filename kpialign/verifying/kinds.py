"""Whether every column holds what its kind can be: SQLite takes anything, PostgreSQL takes NaN."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from kpialign.verifying.fault import Fault
from kpialign.verifying.schema import our_models

if TYPE_CHECKING:
    AnyField = models.Field[Any, Any]
else:
    AnyField = models.Field

MOST_NAMED = 20
NO_NUMBER = "typeof({c}) NOT IN ('integer', 'real', 'null') OR abs({c}) >= 1e18"
NO_TEXT = "typeof({c}) NOT IN ('text', 'null')"
# Of each kind: its name, and which values of SQLite are none; of subclasses before their parents.
KINDS: tuple[tuple[type[AnyField], str, str], ...] = (
    (models.DecimalField, "a number", NO_NUMBER),
    (models.FloatField, "a number", NO_NUMBER),
    (models.BooleanField, "yes or no", "{c} NOT IN (0, 1)"),
    (models.IntegerField, "a whole number", "typeof({c}) NOT IN ('integer', 'null')"),
    (models.DateTimeField, "a moment", "({c} IS NOT NULL AND datetime({c}) IS NULL)"),
    (models.DateField, "a day", "({c} IS NOT NULL AND date({c}) IS NULL)"),
    (models.JSONField, "JSON", "({c} IS NOT NULL AND NOT json_valid({c}))"),
    (models.BinaryField, "bytes", "typeof({c}) NOT IN ('blob', 'null')"),
    (models.CharField, "a text of at most {longest}", f"{NO_TEXT} OR length({{c}}) > {{longest}}"),
    (models.TextField, "a text", NO_TEXT),
)
NO_FIGURE = "{c} = 'NaN' OR abs({c}) >= 1e18"  # of PostgreSQL, which keeps to all other kinds


def kind_faults() -> Iterator[Fault]:
    """Name each value that no reader could take for what it should be."""
    for model in our_models():
        meta = model._meta  # noqa: SLF001
        for field in meta.concrete_fields:
            name, wrong = _kind(field)
            if not field.null:
                wrong = " OR ".join(filter(None, ["{c} IS NULL", wrong]))
            if wrong:
                yield from _found(meta, str(field.column), name, wrong)


def _kind(field: AnyField) -> tuple[str, str]:
    """Name what a column holds, and say in SQL which values are something else."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    longest = str(getattr(field, "max_length", None))
    for kind, name, wrong in KINDS:
        if isinstance(field, kind) and connection.vendor == "sqlite":
            return name.format(longest=longest), wrong.replace("{longest}", longest)
        if isinstance(field, kind):
            return name.format(longest=longest), NO_FIGURE if name == "a number" else ""
    return "a value", ""


def _found(meta: Any, column: str, name: str, wrong: str) -> Iterator[Fault]:  # noqa: ANN401, Django's Options
    quote = connection.ops.quote_name
    key = quote(meta.pk.column)
    sql = (
        f"SELECT {key}, CAST({quote(column)} AS TEXT) AS held FROM {quote(meta.db_table)}"  # noqa: S608, our names
        f" WHERE {wrong.format(c=quote(column))} ORDER BY {key} LIMIT {MOST_NAMED}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for pk, value in cursor.fetchall():
            held = "nothing" if value is None else repr(value[:40])
            told = f"{column} holds {held}, where {name} belongs"
            yield Fault("value_is_of_its_kind", f"{meta.db_table} {pk}", told)
