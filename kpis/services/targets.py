"""Write targets: the one door by which what is wanted of a KPI changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from kpis.errors import PeriodLockedError
from kpis.models import KPI, PeriodState, ReportingPeriod, Target
from organisation.models import Entity, User
from organisation.services import recompute, trail

BATCH = 900
FIELDS = ("baseline", "target", "band_low", "band_high", "budget", "source", "illustrative")
CellKey = tuple[int, int, int]


@dataclass(frozen=True)
class TargetChange:
    """A target row as it is wanted; None in a figure leaves that cell blank."""

    kpi: KPI
    entity: Entity
    period: ReportingPeriod
    baseline: Decimal | None = None
    target: Decimal | None = None
    band_low: Decimal | None = None
    band_high: Decimal | None = None
    budget: Decimal | None = None
    source: str = ""
    illustrative: bool = False

    @property
    def key(self) -> CellKey:
        """Identify the row."""
        return (self.kpi.pk, self.entity.pk, self.period.pk)

    @property
    def label(self) -> str:
        """Name the row as the trail does."""
        return f"{self.kpi.node.code} {self.entity.code} {self.period.label}"


@transaction.atomic
def set_targets(
    *, changes: Sequence[TargetChange], by: User | None, path: str, why: str = ""
) -> tuple[int, int]:
    """Write the rows that differ from what stands; return how many were added and changed.

    Raises PeriodLockedError, and then writes nothing.
    """
    periods = {change.period.pk for change in changes}
    list(ReportingPeriod.objects.select_for_update().filter(pk__in=periods).order_by("pk"))
    held = _held(periods)
    added = [change for change in changes if change.key not in held]
    changed = [c for c in changes if c.key in held and _facts(held[c.key]) != _facts(c)]
    _refuse_closed([*added, *changed])
    _trail(added, changed, held, by=by, path=path, why=why)
    Target.objects.bulk_create([_row(change) for change in added], batch_size=BATCH)
    for change in changed:
        for field in FIELDS:
            setattr(held[change.key], field, getattr(change, field))
    Target.objects.bulk_update(
        [held[change.key] for change in changed], list(FIELDS), batch_size=BATCH
    )
    _request([*added, *changed], by=by)
    return len(added), len(changed)


def _held(periods: set[int]) -> dict[CellKey, Target]:
    rows = Target.objects.select_for_update().filter(period__in=periods).order_by("pk")
    return {(row.kpi_id, row.entity_id, row.period_id): row for row in rows}


def _row(change: TargetChange) -> Target:
    return Target(kpi=change.kpi, entity=change.entity, period=change.period, **_facts(change))


def _facts(row: Target | TargetChange) -> dict[str, Any]:
    return {field: getattr(row, field) for field in FIELDS}


def _refuse_closed(changes: Sequence[TargetChange]) -> None:
    """Refuse a row whose period, or any period inside it, is closed for its entity."""
    closed = {
        (entity, period)
        for entity, first, second, third in PeriodState.objects.filter(
            state=PeriodState.State.CLOSED
        ).values_list("entity", "period", "period__parent", "period__parent__parent")
        for period in (first, second, third)
    }
    for change in changes:
        if (change.entity.pk, change.period.pk) in closed:
            message = (
                f"{change.period.label} is closed for {change.entity.name}, or a period inside"
                " it is: its targets stay. Write rows for the open periods."
            )
            raise PeriodLockedError(message)


def _trail(
    added: Sequence[TargetChange],
    changed: Sequence[TargetChange],
    held: dict[CellKey, Target],
    *,
    by: User | None,
    path: str,
    why: str,
) -> None:
    writes = [
        trail.Written(
            action="set_target",
            subject_kind="target",
            subject_key=change.label,
            before=_facts(held[change.key]) if change.key in held else None,
            after=_facts(change),
            why=why,
        )
        for change in (*added, *changed)
    ]
    trail.record_many(writes, actor=by, path=path)


def _request(changes: Sequence[TargetChange], *, by: User | None) -> None:
    reached = {recompute.Change("target", one.kpi.node.code, one.entity.code) for one in changes}
    recompute.request_recomputes(reached, by=by, why="Targets changed")
