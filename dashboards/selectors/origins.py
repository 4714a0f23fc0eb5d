"""Work out where figures at an entity come from: its members', at which rates, or what lacks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboards.selectors.basis import basis_of
from kpialign.scoring.compute import Workings
from kpialign.scoring.explanation import ValuePart
from kpialign.scoring.inputs import Length
from kpialign.scoring.lacking import Lack, Lacking
from kpialign.scoring.provenance import DEEPEST, Asked, Provenance
from kpialign.scoring.timing import Extent
from kpis.models import ReportingPeriod
from organisation.models import Entity


@dataclass(frozen=True)
class Origin:
    """Where one figure comes from, and what it waits for while it is missing.

    `inside` are the own periods within a longer one, also those without a value; `members` the
    codes of those whose figures it rests on.
    """

    part: ValuePart
    lacks: tuple[Lack, ...]
    inside: tuple[ValuePart, ...]
    members: tuple[str, ...]


@dataclass(frozen=True)
class Origins:
    """The origins of some KPIs' figures at one entity and period; columns stand for periods."""

    by_code: Mapping[str, Origin]
    period_ids: tuple[int, ...]


def origins_of(codes: Iterable[str], entity: Entity, period: ReportingPeriod) -> Origins | None:
    """Follow the figures of KPIs; None where no figure exists at that time."""
    wanted = sorted(set(codes))
    basis = basis_of(wanted, entity, period, with_children=False)
    if basis is None:
        return None
    nodes = {code: node for code in wanted if (node := basis.node(code)) is not None}
    found = {
        code: _origin(basis.workings, node, basis.entity, basis.column)
        for code, node in nodes.items()
    }
    return Origins(found, basis.period_ids)


def _origin(workings: Workings, node: int, entity: int, column: int) -> Origin:
    length, period = workings.inputs.calendar.period(column)
    extent = Extent(length)
    is_calculated = workings.calculation.is_evaluated(node, extent)
    is_whole = is_calculated or workings.values.kpi(node).length is length
    # What lies beneath the members is told on their own pages.
    depth = DEEPEST - (1 if is_whole else 2)
    asked = Asked(node, entity, extent, period, depth=depth)
    provenance = Provenance(workings)
    part = provenance.of(asked)
    inside = [] if is_calculated else _inside(workings, asked)
    if len(part.own_periods) == len(inside):
        periods = part.own_periods
    else:
        periods = tuple(provenance.of(one) for one in inside)
    return Origin(
        part=part,
        lacks=Lacking(workings).of(node, entity, column),
        inside=periods if inside else (),
        members=_members(workings, asked),
    )


def _inside(workings: Workings, asked: Asked) -> list[Asked]:
    """Ask for every own period within a longer one in which the entity reports."""
    own = workings.values.kpi(asked.node).length
    if own.months >= asked.extent.length.months:
        return []
    taken = _own_periods(workings, asked, own)
    in_time = workings.frame.in_time[own][asked.entity]
    return [
        asked.below(extent=Extent(own), period=one)
        for one in range(taken.start, taken.stop)
        if in_time[one]
    ]


def _own_periods(workings: Workings, asked: Asked, own: Length) -> slice:
    """Give the own periods that a period shows: those inside it, or the one held."""
    months = asked.extent.length.months
    if own.months <= months:
        size = months // own.months
        return slice(asked.period * size, (asked.period + 1) * size)
    latest = int(workings.frame.latest_ended(own, asked.extent.length)[asked.period])
    return slice(max(latest, 0), latest + 1)


def _members(workings: Workings, asked: Asked) -> tuple[str, ...]:
    """List the members whose figures a value rests on, in any of its formulas' inputs."""
    children = workings.consolidation.children[asked.entity]
    taking_part: set[int] = set()
    for node in _behind(workings, asked.node):
        block, row = workings.values.place(node)
        if block.kpis[row].entity_rollup not in ("sum", "average"):
            continue
        periods = _own_periods(workings, asked, block.length)
        taking_part |= {one for one in children if block.part[row, one, periods].any()}
    return tuple(sorted(workings.inputs.entities[one].key for one in taking_part))


def _behind(workings: Workings, node: int) -> list[int]:
    found: dict[int, None] = {}
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found[one] = None
            waiting += workings.formulas.uses.get(one, [])
    return list(found)
