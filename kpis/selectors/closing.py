"""Read what is closed: which cells take no change any more, for every path that writes."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from kpis.models import PeriodState, ReportingPeriod
from organisation.models import Entity

Cell = tuple[int, int]  # entity, period


@dataclass(frozen=True)
class Days:
    """The first and last day of a period."""

    start_on: date
    end_on: date

    def holds(self, other: "Days") -> bool:
        """Tell whether the other lies inside."""
        return self.start_on <= other.start_on and other.end_on <= self.end_on

    def meets(self, other: "Days") -> bool:
        """Tell whether one of them lies inside the other, as periods either do or stand apart."""
        return self.start_on <= other.end_on and other.start_on <= self.end_on


class ClosedCells:
    """What is closed of some entities, or of all; read once, in two queries at most."""

    def __init__(self, entities: Iterable[int] | None = None) -> None:
        """Read the closed periods; whoever then writes must have locked the periods before."""
        closed = PeriodState.objects.filter(state=PeriodState.State.CLOSED)
        if entities is not None:
            closed = closed.filter(entity__in=list(entities))
        self.cells: frozenset[Cell] = frozenset(closed.values_list("entity", "period").order_by())
        self._days: dict[int, Days] = {}
        if self.cells:
            rows = ReportingPeriod.objects.values_list("pk", "start_on", "end_on").order_by()
            self._days = {pk: Days(start, end) for pk, start, end in rows}
        self._closed: dict[int, list[Days]] = defaultdict(list)
        for entity, period in self.cells:
            self._closed[entity].append(self._days[period])

    def __bool__(self) -> bool:
        return bool(self.cells)

    def holds(self, entity_id: int, period_id: int) -> bool:
        """Tell whether a figure's period, or a longer one around it, is closed for an entity."""
        if (entity_id, period_id) in self.cells:
            return True
        closed = self._closed.get(entity_id, [])
        return any(one.holds(self._days[period_id]) for one in closed)

    def holds_target(self, entity_id: int, period_id: int) -> bool:
        """Tell whether a target's period is closed, or any inside it or around it."""
        closed = self._closed.get(entity_id, [])
        return any(one.meets(self._days[period_id]) for one in closed)

    def holds_rate(self, period_id: int) -> bool:
        """Tell whether a rate's period is closed for an entity that consolidates others."""
        if not self.cells:
            return False
        groups = Entity.objects.exclude(children=None).values_list("pk", flat=True)
        return any(self.holds(entity, period_id) for entity in set(groups))


def closed_cells(
    entities: Collection[int] | None = None, periods: Collection[int] | None = None
) -> set[Cell]:
    """Return the closed (entity, period) pairs among these, in one query."""
    closed = PeriodState.objects.filter(state=PeriodState.State.CLOSED)
    if entities is not None:
        closed = closed.filter(entity__in=list(entities))
    if periods is not None:
        closed = closed.filter(period__in=list(periods))
    return set(closed.values_list("entity", "period").order_by())


def is_anything_closed() -> bool:
    """Tell whether any period is closed for any entity."""
    return PeriodState.objects.filter(state=PeriodState.State.CLOSED).exists()


def is_active(entity: Entity, period: ReportingPeriod) -> bool:
    """Tell whether an entity is active in any month of a period."""
    starts_later = entity.active_from is not None and entity.active_from > period.end_on
    has_ended = entity.active_to is not None and entity.active_to < period.start_on
    return not starts_later and not has_ended
