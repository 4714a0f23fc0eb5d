"""Close periods: scores brought up to date, frozen with all they rest on, and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from dashboards.errors import GapsError
from dashboards.models import RecomputeLease, RecomputeRun, ScoreSnapshot
from dashboards.services.freezing import Close, Freezer
from kpis.models import PeriodState, PlanVersion, ReportingPeriod
from kpis.selectors.checklist import gaps_of
from kpis.selectors.versions import version_of, versions_of_plan
from kpis.selectors.what_closes import Closing, what_closes
from kpis.services.closing import (
    freeze_versions,
    hold_periods,
    mark_closed,
    refuse_before_members,
    refuse_closed_already,
)
from organisation.models import Entity, User
from organisation.services import trail

CLOSE = "close"  # how a run of this kind came about


@dataclass(frozen=True)
class Closed:
    """One entity's period that was closed, with the number and digest of its snapshot."""

    entity: Entity
    period: ReportingPeriod
    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.period.label} {self.entity.code} closed, snapshot {self.number}"


@transaction.atomic
def close_period(
    *,
    period: ReportingPeriod,
    entity: Entity | None,
    by: User | None,
    path: str,
    why: str = "",
) -> list[Closed]:
    """Close a period for an entity, or without one for all of them, members first.

    With the last month of a quarter or year that closes too, together with the periods inside
    that are still open. Raises PeriodClosedError, MembersOpenError or GapsError, and then
    nothing is closed.
    """
    hold_periods()
    closing = what_closes(period, entity)
    refuse_closed_already(closing, period, entity)
    if entity is not None:
        refuse_before_members(closing[0], period)
    lacking = gaps_of(closing)
    if lacking and not why.strip():
        raise GapsError(lacking)
    close = Close(timezone.now(), by, why.strip() if lacking else "")
    snapshots = _freeze(closing, close, f"Close of {period.label}")
    mark_closed(closing=closing, by=by, at=close.at, why=close.why)
    _trail(snapshots, close, path=path, gap_count=len(lacking))
    return [Closed(one.entity, one.period, one.number, one.digest) for one in snapshots]


def _freeze(closing: Sequence[Closing], close: Close, why: str) -> list[ScoreSnapshot]:
    """Compute once for each version in force, and write what every entity's scores then are."""
    versions = versions_of_plan()
    # A late run of a recompute that holds this row writes before, or finds the periods closed.
    RecomputeLease.objects.get_or_create(only=True)
    RecomputeLease.objects.select_for_update().get()
    used: list[PlanVersion] = []
    written: list[ScoreSnapshot] = []
    freezer = Freezer(close)
    for version in versions:
        inside = [
            Closing(one.entity, periods)
            for one in closing
            if (periods := tuple(p for p in one.periods if version_of(p, versions) == version))
        ]
        if inside:
            used.append(version)
            written += freezer.freeze(version, inside)
    freeze_versions(used, close.at)
    RecomputeRun.objects.create(
        state=RecomputeRun.State.DONE,
        started_at=close.at,
        finished_at=timezone.now(),
        by_path=CLOSE,
        why=why,
        node_count=freezer.node_count,
        changed_block_count=freezer.changed_block_count,
    )
    return written


def _trail(snapshots: Sequence[ScoreSnapshot], close: Close, *, path: str, gap_count: int) -> None:
    writes = [
        trail.Written(
            action="close_period",
            subject_kind="period",
            subject_key=f"{one.period.label} {one.entity.code}",
            before={"state": PeriodState.State.OPEN.value},
            after={
                "state": PeriodState.State.CLOSED.value,
                "snapshot": one.number,
                "digest": one.digest,
                "version": str(one.version),
                **({"gaps": gap_count} if gap_count else {}),
            },
            why=close.why,
        )
        for one in snapshots
    ]
    trail.record_many(writes, actor=close.by, path=path)
