"""Closed periods: who closed what after whom, and snapshots that nobody touched."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from dashboards.frozen import unpack
from dashboards.models import ScoreSnapshot
from kpialign.verifying.fault import Fault
from kpis.models import PeriodState, Reopening, ReportingPeriod
from kpis.selectors.closing import Cell, closed_cells, is_active
from organisation.models import Entity

State = PeriodState.State


def closing_faults() -> Iterator[Fault]:
    """Look at the states of periods, and that each closed one has its snapshot."""
    closed = closed_cells()
    periods = {row.pk: row for row in ReportingPeriod.objects.all()}
    entities = {row.pk: row for row in Entity.objects.all()}
    yield from _coherent(closed, periods, entities)
    yield from _snapshots(closed, periods, entities)


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
    reopened = _reopened()
    for cell, found in sorted(numbers.items()):
        snapshot = latest[cell]
        named = f"{snapshot.period.label} {snapshot.entity.code}"
        if found != list(range(1, len(found) + 1)):
            yield Fault("snapshots_are_numbered", named, f"has the snapshots {found}")
        if cell not in closed and not reopened.get(cell, 0) > snapshot.closed_at.timestamp():
            yield Fault("reopening_is_on_record", named, "is open again, and nobody reopened it")


def _reopened() -> dict[Cell, float]:
    """Give when each cell was last reopened by two people."""
    rows = Reopening.objects.filter(is_confirmed=True).order_by("settled_at")
    fields = rows.values_list("entity", "period", "settled_at", "asked_by", "settled_by")
    return {
        (entity, period): at.timestamp()
        for entity, period, at, asked, settled in fields
        if at is not None and asked != settled
    }
