"""The change being written: what it changes, by whom, and the keys of what is there by now."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from kpialign.interchange.difference import Difference
from kpialign.interchange.proposal import Entry, Proposal
from kpialign.interchange.rows import TargetRow
from kpis.models import Node, ReportingPeriod
from organisation.models import Department, Entity, User
from organisation.services import trail

BATCH = 500
NO_TARGET = "n/a"  # a row that says so is more than no row
Columns = dict[str, dict[str, Any]]


@dataclass
class Writing:
    """One change while it is written; the keys are read once the rows they name are there."""

    proposal: Proposal
    difference: Difference
    by: User | None
    path: str
    why: str
    people: dict[str, User] = field(default_factory=dict)
    told: list[trail.Written] = field(default_factory=list)

    @cached_property
    def entities(self) -> dict[str, int]:
        """Map the codes of the entities to their keys."""
        return dict(Entity.objects.values_list("code", "pk"))

    @cached_property
    def departments(self) -> dict[str, int]:
        """Map the codes of the departments to their keys."""
        return dict(Department.objects.values_list("code", "pk"))

    @cached_property
    def nodes(self) -> dict[str, int]:
        """Map the codes of objectives and KPIs to their keys."""
        return dict(Node.objects.values_list("code", "pk"))

    @cached_property
    def periods(self) -> dict[str, int]:
        """Map the labels of the reporting periods to their keys."""
        return dict(ReportingPeriod.objects.values_list("label", "pk"))

    def person(self, email: str) -> int | None:
        """Return the key of a person, None for no address."""
        return self.people[email].pk if email else None

    def tell(self, sheet: str, subject: str) -> None:
        """Note in the trail every row of a sheet that changes."""
        changes = self.difference.sheets[sheet]
        key = self.proposal.sheets[sheet].sheet.key
        for entry in changes.entries:
            self.told.append(_written(subject, key, entry, self.why))
        for row in changes.removed:
            named = _named(key, row)
            self.told.append(trail.Written("remove", subject, named, row._asdict(), None, self.why))

    def tell_series(self, subject: str, action: str, cells: list[tuple[Any, Any]]) -> None:
        """Note figures in the trail: one entry for each KPI and entity, its periods inside."""
        series: dict[tuple[str, str], tuple[Columns, Columns]] = {}
        for old, new in cells:
            key = (new or old)[:2]
            held = series.setdefault(key, (defaultdict(dict), defaultdict(dict)))
            for columns, row in zip(held, (old, new), strict=True):
                if row is not None:
                    _note(columns, row)
        for key, (before, after) in series.items():
            named = " ".join(key)
            self.told.append(
                trail.Written(action, subject, named, before or None, after or None, self.why)
            )


def _note(columns: Columns, row: Any) -> None:  # noqa: ANN401, a target or an actual
    """Note what a row says beyond its key, by column and period."""
    period = row.period
    for name, value in zip(row._fields[3:], row[3:], strict=True):
        if value not in ("", None, False):
            columns[name][period] = f"{value:f}" if isinstance(value, Decimal) else value
    if isinstance(row, TargetRow) and row.target is None and row.band_low is None:
        columns["target"][period] = NO_TARGET


def _written(subject: str, key: tuple[str, ...], entry: Entry, why: str) -> trail.Written:
    """Tell of a row: all of a new one, and what differs of one that stood there."""
    new, old = entry.new._asdict(), entry.old._asdict() if entry.old else None
    if old is None:
        return trail.Written("add", subject, _named(key, entry.new), None, new, why)
    other = [name for name in new if new[name] != old[name]]
    before = {name: old[name] for name in other}
    after = {name: new[name] for name in other}
    return trail.Written("change", subject, _named(key, entry.new), before, after, why)


def _named(key: tuple[str, ...], row: Any) -> str:  # noqa: ANN401, the row of any sheet
    return " ".join(filter(None, (getattr(row, name) for name in key)))
