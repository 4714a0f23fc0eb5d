"""The import being written: what it changes, by whom, and the keys of what is there by now."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kpialign.interchange.difference import Difference
from kpialign.interchange.proposal import Entry, Proposal
from kpis.models import Node, ReportingPeriod
from organisation.models import Department, Entity, User
from organisation.services import trail

BATCH = 500
PATH = "import"


@dataclass
class Writing:
    """One import while it is written; the keys are read once the rows they name are there."""

    proposal: Proposal
    difference: Difference
    by: User | None
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
        series: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {}
        for old, new in cells:
            before, after = series.setdefault((new.kpi, new.entity), ({}, {}))
            after[new.period] = _figures(new)
            if old is not None:
                before[new.period] = _figures(old)
        for (kpi, entity), (before, after) in series.items():
            key = f"{kpi} {entity}"
            self.told.append(trail.Written(action, subject, key, before or None, after, self.why))


def _figures(row: Any) -> dict[str, Any]:  # noqa: ANN401, the row of any sheet
    """Give what a row says beyond its key, without what it leaves out."""
    said = row._asdict()
    return {name: said[name] for name in row._fields[3:] if said[name] not in ("", None, False)}


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
