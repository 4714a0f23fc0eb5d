"""What the database would hold after the import: its rows with those of the file over them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from kpialign.interchange import rows
from kpialign.interchange.problems import Report, shown
from kpialign.interchange.sheets import Sheet
from kpialign.interchange.stored_figures import HeldCell
from kpialign.interchange.tables import Table
from organisation.models import User

Key = Any  # the key columns of a row: one value, or a tuple of several


class Entry(NamedTuple):
    """One row of the file: its number, what stood there, and what it makes of it."""

    number: int
    old: Any
    new: Any
    is_broken: bool


class ActualEntry(NamedTuple):
    """A figure of the file that is new or other than what its cell holds."""

    number: int
    held: HeldCell | None
    new: rows.ActualRow


@dataclass
class Merged:
    """One sheet of the file laid over what is stored."""

    sheet: Sheet
    stored: Mapping[Key, Any]
    final: dict[Key, Any]
    entries: list[Entry] = field(default_factory=list)

    @property
    def sound(self) -> list[Entry]:
        """List the rows of the file in which every cell could be read."""
        return [entry for entry in self.entries if not entry.is_broken]

    @property
    def changed(self) -> list[Entry]:
        """List the rows that are new or say something else than what is stored."""
        return [entry for entry in self.entries if entry.new != entry.old]


@dataclass
class Proposal:
    """All sheets merged, in the order in which they refer to each other."""

    report: Report
    tables: Mapping[str, Table]
    sheets: dict[str, Merged] = field(default_factory=dict)
    actuals: list[ActualEntry] = field(default_factory=list)
    unchanged_actuals: int = 0
    childless: frozenset[str] = frozenset()  # parents that are to have no children
    removed: frozenset[tuple[str, Key]] = frozenset()  # rows that are to go, by sheet and key
    by: User | None = None  # who proposes it; None: the system
    root: str = ""
    first_month: int = 1

    def gone(self, sheet: str) -> list[Key]:
        """List the keys of the rows of a sheet that are to go."""
        return sorted(key for name, key in self.removed if name == sheet)

    def final(self, sheet: str) -> dict[Key, Any]:
        """Return all rows of a sheet as they would be."""
        return self.sheets[sheet].final

    @property
    def entities(self) -> dict[str, rows.EntityRow]:
        """Return the entities as they would be."""
        return self.final("entities")

    @property
    def kpis(self) -> dict[str, rows.KPIRow]:
        """Return the KPIs as they would be."""
        return self.final("kpis")


def key_of(sheet: Sheet) -> "itemgetter[Any]":
    """Return what picks the key from a row: one value, or a tuple."""
    fields = sheet.row._fields
    return itemgetter(*(fields.index(name) for name in sheet.key))


def merge(
    table: Table | None,
    sheet: Sheet,
    stored: Mapping[Key, Any],
    report: Report,
    gone: Collection[Key] = (),
) -> Merged:
    """Lay the rows of a table over what is stored; a key that stands twice is reported."""
    merged = Merged(sheet, stored, {key: row for key, row in stored.items() if key not in gone})
    if table is None:
        return merged
    key, absent, broken = key_of(sheet), table.absent, table.broken
    named = [
        column.name for column in sheet.columns if column.required and column.name in sheet.key
    ]
    seen: dict[Key, int] = {}
    for index, (number, new) in enumerate(zip(table.numbers, table.rows, strict=True)):
        this = key(new)
        if index in broken and not all(getattr(new, name) for name in named):
            continue  # a row whose own name could not be read stands for nothing
        if this in seen:
            _tell_twice(report, sheet, this, number, seen[this])
            continue
        seen[this] = number
        old = stored.get(this)
        if absent and old is not None:
            new = new._replace(**{name: getattr(old, name) for name in absent})  # noqa: PLW2901
        merged.entries.append(Entry(number, old, new, index in broken))
        merged.final[this] = new
    return merged


def _tell_twice(report: Report, sheet: Sheet, key: Key, number: int, first: int) -> None:
    named = " ".join(filter(None, key)) if isinstance(key, tuple) else key
    told = f"{shown(named)} stands twice, first in row {first}"
    report.error(sheet.name, number, sheet.key[0], told, "one row for each key")
