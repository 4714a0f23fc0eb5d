"""Read what a close takes along: inner periods, the longer ones that end with it, the members."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kpis.models import ReportingPeriod
from kpis.selectors.closing import closed_cells, is_active
from organisation.models import Entity

SHORTEST_FIRST = list(ReportingPeriod.Kind)


@dataclass(frozen=True)
class Closing:
    """The periods that close for one entity, the shortest first and then in order of time."""

    entity: Entity
    periods: tuple[ReportingPeriod, ...]


def what_closes(period: ReportingPeriod, entity: Entity | None = None) -> list[Closing]:
    """List what would close for an entity, or without one for all, members before groups.

    What is closed already is left out, and so are periods in which an entity is not active.
    """
    along = periods_along(period)
    entities = [entity] if entity is not None else members_first(Entity.objects.all())
    closed = closed_cells([one.pk for one in entities], [one.pk for one in along])
    found = [
        Closing(
            one,
            tuple(p for p in along if is_active(one, p) and (one.pk, p.pk) not in closed),
        )
        for one in entities
    ]
    return [one for one in found if one.periods]


def periods_along(period: ReportingPeriod) -> list[ReportingPeriod]:
    """List the period, the longer ones that end with it, and all that lies inside these."""
    longest, above = period, period.parent
    while above is not None and above.end_on == period.end_on:
        longest, above = above, above.parent
    inside = ReportingPeriod.objects.filter(
        start_on__gte=longest.start_on, end_on__lte=longest.end_on
    )
    return sorted(inside, key=lambda one: (SHORTEST_FIRST.index(one.kind), one.start_on))  # type: ignore[arg-type]  # held by the field's choices


def members_first(entities: Iterable[Entity]) -> list[Entity]:
    """Order entities so that each stands after those beneath it, by code among equals."""
    rows = {one.pk: one for one in entities}

    def depth(one: Entity) -> int:
        steps, parent = 0, one.parent_id
        while parent is not None:
            steps, parent = steps + 1, rows[parent].parent_id
        return steps

    return sorted(rows.values(), key=lambda one: (-depth(one), one.code))


def members_open(closing: Closing) -> Sequence[Entity]:
    """List the entities beneath that are active in what closes and still open there."""
    beneath = _beneath(closing.entity)
    closed = closed_cells([one.pk for one in beneath], [one.pk for one in closing.periods])
    return [
        one
        for one in beneath
        if any(is_active(one, p) and (one.pk, p.pk) not in closed for p in closing.periods)
    ]


def _beneath(entity: Entity) -> list[Entity]:
    rows = list(Entity.objects.order_by("code"))
    found, level = list[Entity](), {entity.pk}
    while level:
        members = [one for one in rows if one.parent_id in level]
        found += members
        level = {one.pk for one in members}
    return found
