"""Closed periods: who closed what after whom, and snapshots that nobody touched."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date

from django.db.models import Exists, OuterRef

from dashboards.frozen import unpack
from dashboards.models import ScoreBlock, ScoreSnapshot, SnapshotBlock
from kpialign.verifying.fault import Fault
from kpis.models import PeriodState, PlanVersion, ReportingPeriod
from kpis.selectors.closing import Cell, closed_cells, is_active
from organisation.models import Entity

State = PeriodState.State
CHUNK = 2_000


def closing_faults() -> Iterator[Fault]:
    """Look at the states of periods, and that each closed one has its snapshot."""
    periods = {row.pk: row for row in ReportingPeriod.objects.all()}
    entities = {row.pk: row for row in Entity.objects.all()}
    closed = {one for one in closed_cells() if one[0] in entities and one[1] in periods}
    yield from _coherent(closed, periods, entities)
    yield from _snapshots(closed, periods, entities)
    yield from _as_sealed()
    yield from _stored(closed)
    yield from _versions()


def _coherent(
    closed: set[Cell], periods: dict[int, ReportingPeriod], entities: dict[int, Entity]
) -> Iterator[Fault]:
    """Look that a longer period closed after its inner ones, and a group after its members."""
    for entity_id, period_id in sorted(closed):
        entity, period = entities[entity_id], periods[period_id]
        named = f"{period.label} {entity.code}"
        inner = [row for row in periods.values() if row.parent_id == period_id]
        for row in inner:
            is_open = is_active(entity, row) and (entity_id, row.pk) not in closed
            if is_open and _was_active(entity.code, row, (entity_id, period_id)):
                yield Fault("inner_periods_are_closed", named, f"{row.label} inside is open")
        for member in entities.values():
            if member.parent_id != entity_id or not is_active(member, period):
                continue
            is_open = (member.pk, period_id) not in closed
            if is_open and _was_active(member.code, period, (entity_id, period_id)):
                yield Fault("members_are_closed", named, f"its member {member.code} is open")


def _was_active(code: str, period: ReportingPeriod, cell: Cell) -> bool:
    """Tell whether an entity was active in a period when a cell closed that rests on it.

    An entity that came or went on later is no fault: the close froze what there was. Without a
    snapshot nothing says otherwise.
    """
    rows = ScoreSnapshot.objects.filter(entity=cell[0], period=cell[1]).order_by("-number")
    data = rows.values_list("inputs__data", flat=True).first()
    if data is None:
        return True
    inputs = unpack(bytes(data)).inputs
    begin = date.fromordinal(int(inputs.calendar.month_starts[0]))
    first, last = (
        12 * (day.year - begin.year) + day.month - begin.month
        for day in (period.start_on, period.end_on)
    )
    return any(
        (one.active_from is None or one.active_from <= last)
        and (one.active_to is None or one.active_to >= first)
        for one in inputs.entities
        if one.key == code
    )


def _snapshots(
    closed: set[Cell], periods: dict[int, ReportingPeriod], entities: dict[int, Entity]
) -> Iterator[Fault]:
    numbers: dict[Cell, list[int]] = defaultdict(list)
    latest: dict[Cell, ScoreSnapshot] = {}
    rows = ScoreSnapshot.objects.select_related("entity", "period").order_by("number")
    for row in rows:
        cell = row.entity_id, row.period_id
        numbers[cell].append(row.number)
        latest[cell] = row
    for entity_id, period_id in sorted(closed - set(numbers)):
        named = f"{periods[period_id].label} {entities[entity_id].code}"
        yield Fault("closed_has_a_snapshot", named, "is closed without a snapshot")
    for cell, found in sorted(numbers.items()):
        snapshot = latest[cell]
        named = f"{snapshot.period.label} {snapshot.entity.code}"
        if found != list(range(1, len(found) + 1)):
            yield Fault("snapshots_are_numbered", named, f"has the snapshots {found}")


def _as_sealed() -> Iterator[Fault]:
    """Look whether each closed period says when and by whom as its last snapshot does."""
    newer = ScoreSnapshot.objects.filter(
        entity=OuterRef("entity"), period=OuterRef("period"), number__gt=OuterRef("number")
    )
    rows = ScoreSnapshot.objects.filter(~Exists(newer)).values_list(
        "entity", "period", "closed_at", "closed_by", "why"
    )
    sealed = {(entity, period): tuple(told) for entity, period, *told in rows}
    states = PeriodState.objects.filter(state=State.CLOSED).select_related("period", "entity")
    for row in states.order_by("pk"):
        told = sealed.get((row.entity_id, row.period_id))
        if told is not None and told != (row.changed_at, row.changed_by_id, row.why):
            named = f"{row.period.label} {row.entity.code}"
            words = "says of its close another time, person or reason than its snapshot"
            yield Fault("close_is_as_sealed", named, words)


def snapshots_read(closed: Collection[Cell]) -> dict[Cell, int]:
    """Map each closed period to the key of the snapshot that it is read from: its last."""
    rows = ScoreSnapshot.objects.order_by("number").values_list("entity", "period", "pk")
    return {(entity, period): pk for entity, period, pk in rows if (entity, period) in closed}


def _stored(closed: set[Cell]) -> Iterator[Fault]:
    """Look whether the scores stored of closed periods are those of their last snapshots."""
    newest = snapshots_read(closed)
    cells = {pk: cell for cell, pk in newest.items()}
    rows = SnapshotBlock.objects.values_list("snapshot", "number", "data").order_by("pk")
    sealed = {
        (*cells[snapshot], number): bytes(data)
        for snapshot, number, data in rows.iterator(CHUNK)
        if snapshot in cells
    }
    held = ScoreBlock.objects.values_list("entity", "period", "number", "data").order_by("pk")
    stored = {
        (entity, period, number): bytes(data)
        for entity, period, number, data in held.iterator(CHUNK)
        if (entity, period) in newest
    }
    names = dict(Entity.objects.values_list("pk", "code"))
    labels = dict(ReportingPeriod.objects.values_list("pk", "label"))
    for where in sorted({*sealed, *stored}):
        if sealed.get(where) != stored.get(where):
            named = f"{labels[where[1]]} {names[where[0]]}"
            words = f"block {where[2]} of its scores is not as it was closed"
            yield Fault("closed_scores_are_sealed", named, words)


def _versions() -> Iterator[Fault]:
    """Look whether the versions under which periods are closed take no edit any more."""
    for version in PlanVersion.objects.filter(frozen_at=None, snapshots__isnull=False).distinct():
        words = "periods are closed under it, and it could be edited"
        yield Fault("closed_version_is_frozen", str(version), words)
