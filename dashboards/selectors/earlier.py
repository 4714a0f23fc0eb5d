"""Read the scores of an earlier close: of a reopened period, or of one that was closed anew."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.blocks import SLOTS, laid_out
from dashboards.selectors.scores import ScoreTable
from dashboards.selectors.snapshots import SnapshotHead, Snapshots, snapshot_blocks
from kpialign.scoring.results import QUANTITIES
from kpis.models import ReportingPeriod
from organisation.models import Entity


@dataclass(frozen=True, eq=False)
class EarlierClose:
    """An earlier snapshot of the page's period; `is_reopened` says that the period is open now."""

    head: SnapshotHead
    table: ScoreTable
    is_reopened: bool


def earlier_close(
    entity: Entity, period: ReportingPeriod, places: Mapping[str, int], snapshots: Snapshots
) -> EarlierClose | None:
    """Read it, in one query; none where there was no close before."""
    head = snapshots.earlier(entity.pk, period.pk)
    if head is None:
        return None
    blocks = snapshot_blocks([head], {slot // SLOTS for slot in places.values()})
    figures, marks = laid_out(blocks, [period.pk], places.values())
    table = ScoreTable(
        codes=tuple(places),
        periods=(period.pk,),
        quantities=dict(zip(QUANTITIES, figures, strict=True)),
        marks=marks,
        thresholds=head.limits,
    )
    return EarlierClose(head, table, snapshots.head(entity.pk, period.pk) is None)
