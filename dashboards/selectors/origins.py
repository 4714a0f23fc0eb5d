"""Work out where figures at an entity come from: its members', at which rates, or what lacks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboards.selectors.basis import basis_of
from kpialign.scoring.compute import Workings
from kpialign.scoring.explanation import ValuePart
from kpialign.scoring.inputs import Length
from kpialign.scoring.lacking import Lack, Lacking
from kpialign.scoring.provenance import Asked, Provenance
from kpialign.scoring.timing import Extent
from kpis.models import ReportingPeriod
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
