"""The sentence above a comparison: the group, how many members do well, which one least."""

from collections.abc import Mapping, Sequence
from math import isnan

from dashboards.figures import shown
from dashboards.figures.shown import Unit
from dashboards.pages.measures import score_text
from dashboards.selectors.comparing import Compared
from dashboards.selectors.context import name_of
from kpialign.scoring.status import Status
from kpis.selectors.closing import is_active
from organisation.models import Entity


def comparison_headline(found: Compared, units: Mapping[int, Unit]) -> str:
    """Say how a group stands and which of its members falls furthest behind."""
    period = found.board.context.period
    if not is_active(found.group, period):
        return f"{found.group.name} is not active in {name_of(period)}"
    known = [one for one in found.entities if not isnan(_figure(found, one))]
    what = "figure" if found.node.is_kpi else "score"
    if isnan(_figure(found, found.group)):
        about = f"{found.node.name}, no {what} at {found.group.name}"
    else:
        about = f"{found.node.name}, {found.group.name} {_written(found, found.group, units)}"
    if not known:
        return f"{about}: no member has a {what} for {name_of(period)}"
    scored = [one for one in found.entities if found.score(one).is_scored]
    if not scored:
        most = max(known, key=lambda one: _figure(found, one))
        have = f"{_members(len(known))} {_have(known)} a figure"
        return f"{about}: {have}; {_largest(found, most, units)}"
    done = [one for one in scored if _does_well(found, one)]
    least = min(
        (one for one in scored if not isnan(found.score(one).score)),
        key=lambda one: (found.score(one).score, found.score(one).attainment, one.name),
        default=None,
    )
    told = f"{about}: {len(done)} of {_members(len(scored))} {_verb(found, len(done))}"
    told += f" {_aim(found, scored, units)}" if found.node.is_kpi else ""
    if least is None or len(done) == len(scored):
        return told
    return f"{told}; lowest: {least.name} at {_written(found, least, units)}"


def _members(count: int) -> str:
    return f"{count} {'member' if count == 1 else 'members'}"


def _have(some: Sequence[Entity]) -> str:
    return "has" if len(some) == 1 else "have"


def _largest(found: Compared, most: Entity, units: Mapping[int, Unit]) -> str:
    return f"the largest is {most.name} with {_written(found, most, units)}"


def _figure(found: Compared, entity: Entity) -> float:
    now = found.score(entity)
    return now.value if found.node.is_kpi else now.score


def _written(found: Compared, entity: Entity, units: Mapping[int, Unit]) -> str:
    """Write what an entity has reached: a KPI's figure, an objective's score."""
    if found.node.is_kpi:
        return shown.spoken(shown.figure(found.score(entity).value, units[entity.pk]))
    return score_text(found.score(entity).score, found.board.context.limits)


def _does_well(found: Compared, entity: Entity) -> bool:
    now = found.score(entity)
    return round(now.attainment, 9) >= 1 if found.node.is_kpi else now.status == Status.ON_TRACK


def _verb(found: Compared, count: int) -> str:
    if found.node.is_kpi:
        return "meets" if count == 1 else "meet"
    return "is on track" if count == 1 else "are on track"


def _aim(found: Compared, scored: Sequence[Entity], units: Mapping[int, Unit]) -> str:
    """Name the target that they all have, or say that each has its own."""
    scores = [found.score(one) for one in scored]
    if found.node.direction == "band":
        return "their band"
    if len({one.target for one in scores}) == 1 and found.node.unit != "money":
        unit = units[scored[0].pk]
        return shown.spoken(shown.figure(scores[0].target, unit))
    return "their target"
