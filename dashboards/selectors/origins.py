"""Work out where figures at an entity come from: its members', at which rates, or what lacks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboards.axis import Axis, current_span
from dashboards.loading import load_inputs
from dashboards.structure import structure_of
from kpialign.scoring.compute import Workings
from kpialign.scoring.explanation import ValuePart
from kpialign.scoring.inputs import Length
from kpialign.scoring.lacking import Lack, Lacking
from kpialign.scoring.provenance import Asked, Provenance
from kpialign.scoring.reach import inputs_of
from kpialign.scoring.timing import Extent
from kpis.models import ReportingPeriod
from kpis.selectors.purpose import version_in_force
from organisation.models import Entity


@dataclass(frozen=True)
class Origin:
    """Where one figure comes from, and what it waits for while it is missing.

    `inside` are the own periods within a longer one, also those without a value.
    """

    part: ValuePart
    lacks: tuple[Lack, ...]
    inside: tuple[ValuePart, ...]


@dataclass(frozen=True)
class Origins:
    """The origins of some KPIs' figures at one entity and period; columns stand for periods."""

    by_code: Mapping[str, Origin]
    period_ids: tuple[int, ...]


def origins_of(codes: Iterable[str], entity: Entity, period: ReportingPeriod) -> Origins | None:
    """Follow the figures of KPIs; None where no figure exists at that time."""
    wanted = sorted(set(codes))
    version, span = version_in_force(), current_span()
    if version is None or span is None or period.pk not in Axis(span).index:
        return None
    uses = structure_of(version).uses
    loaded = load_inputs(version, span, needed=inputs_of(wanted, uses))
    workings = Workings(loaded.inputs)
    nodes = {node.key: place for place, node in enumerate(loaded.inputs.nodes)}
    place = next(i for i, one in enumerate(loaded.inputs.entities) if one.key == entity.code)
    column = loaded.period_ids.index(period.pk)
    found = {code: _origin(workings, nodes[code], place, column) for code in wanted}
    return Origins(found, loaded.period_ids)


def _origin(workings: Workings, node: int, entity: int, column: int) -> Origin:
    length, period = workings.inputs.calendar.period(column)
    provenance = Provenance(workings)
    asked = Asked(node, entity, Extent(length), period)
    return Origin(
        part=provenance.of(asked),
        lacks=Lacking(workings).of(node, entity, column),
        inside=tuple(provenance.of(one) for one in _inside(workings, asked)),
    )


def _inside(workings: Workings, asked: Asked) -> list[Asked]:
    """Ask for every own period within a longer one in which the entity reports."""
    own = workings.values.kpi(asked.node).length
    length: Length = asked.extent.length
    if own.months >= length.months or workings.calculation.is_evaluated(asked.node, asked.extent):
        return []
    size = length.months // own.months
    in_time = workings.frame.in_time[own][asked.entity]
    periods = range(asked.period * size, (asked.period + 1) * size)
    return [asked.below(extent=Extent(own), period=one) for one in periods if in_time[one]]
