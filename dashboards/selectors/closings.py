"""Read how periods stand: which are closed for whom, what still misses, who wants to reopen."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Max, Min

from dashboards.models import ScoreSnapshot
from kpis.models import Actual, PeriodState, PlanVersion, ReportingPeriod
from kpis.selectors.checklist import Gap, gaps_of
from kpis.selectors.closing import is_active
from kpis.selectors.expected import entered_kpis
from kpis.selectors.periods import FREQUENCY_OF_KIND, last_reported, neighbour
from kpis.selectors.reopenings import Request, confirmed_requests, waiting_requests
from kpis.selectors.versions import version_of
from kpis.selectors.what_closes import Closing, members_open, what_closes
from organisation.models import Entity, User
from organisation.permissions import can_close

State = PeriodState.State


@dataclass(frozen=True)
class EntityState:
    """How a period stands for one entity, and how deep the entity lies in its tree."""

    entity: Entity
    depth: int
    state: str
    changed: PeriodState | None
    snapshot: int | None

    @property
    def label(self) -> str:
        """The state in words."""
        return str(State(self.state).label)


@dataclass(frozen=True)
class Standing:
    """One period, seen from one entity or from all of them, with what a close would do."""

    period: ReportingPeriod
    entity: Entity | None
    entities: Sequence[EntityState]
    closing: Sequence[Closing]
    gaps: Sequence[Gap]
    members_open: Sequence[Entity]
    figure_count: int
    version: PlanVersion | None
    requests: Sequence[Request]
    reopened: Sequence[Request]

    @cached_property
    def chosen(self) -> list[EntityState]:
        """The states that the page is about: of the entity chosen, or of all."""
        wanted = self.entity
        return [one for one in self.entities if wanted is None or one.entity == wanted]

    def has(self, state: str) -> bool:
        """Tell whether the period is in a state for anyone the page is about."""
        return any(one.state == state for one in self.chosen)

    @cached_property
    def gap_counts(self) -> Mapping[int, int]:
        """How many gaps each entity has, by its key."""
        return Counter(gap.entity.pk for gap in self.gaps)


def get_entity_to_close(code: str) -> Entity | None:
    """Return the entity of a code; None for an empty or unknown one, which means all."""
    return Entity.objects.filter(code=code).first() if code else None


def may_close(user: User, entity: Entity | None) -> bool:
    """Tell whether somebody may close for an entity, or without one for all of them."""
    return can_close(user, entity or Entity.objects.filter(parent=None).first())


def standing(period: ReportingPeriod, entity: Entity | None) -> Standing:
    """Read a period in a number of queries that depends on neither entities nor figures."""
    closing = what_closes(period, entity)
    return Standing(
        period=period,
        entity=entity,
        entities=_entity_states(period),
        closing=closing,
        gaps=gaps_of(closing),
        members_open=members_open(closing[0]) if entity is not None and closing else [],
        figure_count=_figure_count(closing),
        version=version_of(period),
        requests=waiting_requests(period),
        reopened=confirmed_requests(period),
    )


def _entity_states(period: ReportingPeriod) -> list[EntityState]:
    """List the entities active in a period as a tree, each with its state."""
    states = {
        row.entity_id: row
        for row in PeriodState.objects.filter(period=period).select_related("changed_by")
    }
    numbers = ScoreSnapshot.objects.filter(period=period).order_by().values("entity")
    snapshots = dict(numbers.annotate(last=Max("number")).values_list("entity", "last"))
    found = []
    for entity, depth in tree():
        if is_active(entity, period):
            row = states.get(entity.pk)
            state = row.state if row else State.OPEN.value
            found.append(EntityState(entity, depth, state, row, snapshots.get(entity.pk)))
    return found


def tree() -> list[tuple[Entity, int]]:
    """List every entity with its depth, each after its parent, by code among siblings."""
    children: dict[int | None, list[Entity]] = defaultdict(list)
    for entity in Entity.objects.order_by("code"):
        children[entity.parent_id].append(entity)
    found, waiting = list[tuple[Entity, int]](), [(one, 0) for one in children[None]]
    while waiting:
        entity, depth = waiting.pop()
        found.append((entity, depth))
        waiting += [(child, depth + 1) for child in reversed(children[entity.pk])]
    return found


def _figure_count(closing: Sequence[Closing]) -> int:
    """Count the figures that would be frozen."""
    periods = {period.pk for one in closing for period in one.periods}
    counted = Actual.objects.filter(
        period__in=periods,
        entity__in=[one.entity.pk for one in closing],
        counted__value__isnull=False,
    )
    cells = {(one.entity.pk, period.pk) for one in closing for period in one.periods}
    return sum(cell in cells for cell in counted.values_list("entity", "period").order_by())


@dataclass(frozen=True)
class PeriodLine:
    """One period in the list: for how many entities it is closed, in review and open."""

    period: ReportingPeriod
    closed: int
    in_review: int
    all: int
    asked: int

    @property
    def open(self) -> int:
        """For how many it is open."""
        return self.all - self.closed - self.in_review


def period_lines(today: date) -> list[PeriodLine]:
    """List the periods that have begun in the years with figures, the latest first."""
    counted = Actual.objects.filter(counted__value__isnull=False)
    span = counted.aggregate(first=Min("period__start_on"), last=Max("period__end_on"))
    if span["first"] is None:
        return []
    shown = ReportingPeriod.objects.filter(
        start_on__lte=max(today, span["last"]), end_on__gte=span["first"]
    )
    rows = PeriodState.objects.exclude(state=State.OPEN).values_list("period", "state").order_by()
    counts = Counter(rows)
    asked = Counter(one.period.pk for one in waiting_requests())
    entities = list(Entity.objects.all())
    return [
        PeriodLine(
            period=period,
            closed=counts[period.pk, State.CLOSED.value],
            in_review=counts[period.pk, State.IN_REVIEW.value],
            all=sum(is_active(one, period) for one in entities),
            asked=asked[period.pk],
        )
        for period in shown.order_by("-end_on", "start_on")
    ]


def next_to_close(today: date) -> ReportingPeriod | None:
    """Return the period that finance closes next: after the last one closed for the root.

    Where nothing is closed yet, the last one with figures. One that has not ended waits.
    """
    shortest = _shortest_kind()
    if shortest is None:
        return None
    closed = ReportingPeriod.objects.filter(
        kind=shortest, states__state=State.CLOSED, states__entity__parent=None
    )
    last = closed.order_by("-start_on").first()
    found = neighbour(last, steps=1) if last else last_reported(shortest)
    return found if found is not None and found.end_on < today else None


def _shortest_kind() -> str | None:
    """Return the shortest length in which figures are entered."""
    entered = set(entered_kpis().values_list("frequency", flat=True).order_by())
    kinds = [kind for kind in ReportingPeriod.Kind if FREQUENCY_OF_KIND[kind] in entered]
    return kinds[0].value if kinds else None
