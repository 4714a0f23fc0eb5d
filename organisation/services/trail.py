"""Write the trail: who changed what, when, from, to, why and by which path."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from organisation.models import AuditEntry, User

DOWNLOAD = "download"
LONGEST_KEY = 200


class Path(StrEnum):
    """The way by which a write came in."""

    FORM = "form"
    IMPORT = "import"
    API = "api"
    COMMAND = "command"
    TASK = "task"


@dataclass(frozen=True)
class Written:
    """One write to be told: what was done to which subject, from, to and why."""

    action: str
    subject_kind: str
    subject_key: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    why: str = ""


def record(
    *,
    actor: User | None,
    path: str,
    action: str,
    subject_kind: str,
    subject_key: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    why: str = "",
) -> AuditEntry:
    """Write one entry, in the transaction of the change it tells of."""
    written = Written(action, subject_kind, subject_key, before, after, why)
    return record_many([written], actor=actor, path=path)[0]


def record_many(writes: Iterable[Written], *, actor: User | None, path: str) -> list[AuditEntry]:
    """Write many entries of one actor and path at once, in the order given."""
    entries = [
        AuditEntry(
            actor=actor,
            path=Path(path),
            action=written.action,
            subject_kind=written.subject_kind,
            subject_key=written.subject_key,
            before=plain_mapping(written.before),
            after=plain_mapping(written.after),
            why=written.why,
        )
        for written in writes
    ]
    return AuditEntry.objects.bulk_create(entries, batch_size=500)


def record_download(
    *,
    actor: User | None,
    path: str,
    kind: str,
    name: str,
    filters: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write that a file left the product: which kind, by what name, cut down to what.

    Filters that were not set say nothing and are left out. A very long name keeps its end.
    """
    chosen = {key: value for key, value in (filters or {}).items() if value}
    readable = name.encode("utf-8", "backslashreplace").decode()  # a file's name may be any bytes
    key = readable[-LONGEST_KEY:]
    written = Written(DOWNLOAD, kind, key, None, chosen or None)
    return record_many([written], actor=actor, path=path)[0]


def plain_mapping(values: Mapping[str, Any] | None) -> dict[str, object] | None:
    """Turn the values of a row into what JSON can hold without losing a digit."""
    return None if values is None else {key: plain(value) for key, value in values.items()}


def plain(value: object) -> object:
    """Turn one value into JSON's: decimals as plain text, days and times as ISO text.

    >>> plain(Decimal("12.5000")), plain(date(2026, 3, 1)), plain(["b", Decimal("1E+3")])
    ('12.5', '2026-03-01', ['b', '1000'])
    """
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return plain_mapping(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value
