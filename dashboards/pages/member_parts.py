"""The parts of a group's figure, member by member, in their own money and in the group's."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan, nan

from dashboards.figures import shown
from dashboards.figures.shown import Unit
from dashboards.selectors.board import Board
from dashboards.selectors.origins import Origin, Origins
from kpialign.scoring.explanation import MemberPart, ValuePart
from kpis.models import ReportingPeriod
from organisation.models import Entity


@dataclass(frozen=True)
class Part:
    """One member's values over the own periods taken, in its own money and the group's."""

    entity: Entity
    column: int
    value: float
    rate: float
    converted: float
    source: str  # the currency it comes from; empty where nothing is exchanged
    is_closing: bool


class Telling:
    """Tells of origins with the names, units and periods of one board."""

    def __init__(self, board: Board, origins: Origins) -> None:
        """Look names up once."""
        self.board = board
        self.entities = {one.code: one for one in board.context.entities}
        self._periods = {one.pk: one for one in board.context.periods}
        self._period_ids = origins.period_ids

    def period(self, column: int) -> ReportingPeriod:
        """Return the period of a column."""
        return self._periods[self._period_ids[column]]

    def unit(self, code: str, currency: str, amounts: Iterable[float]) -> Unit:
        """Say how a KPI's figures are written in a currency."""
        node = self.board.node(code)
        return shown.unit_of(node.unit, node.decimals, currency=currency, amounts=amounts)

    def currency(self, entity: Entity) -> str:
        """Return the currency of an entity."""
        return entity.currency or self.board.context.organisation.currency


def sources_of(origin: Origin) -> list[ValuePart]:
    """Give the own periods whose consolidation makes the value: itself, or those inside."""
    if origin.part.consolidated:
        return [origin.part]
    return list(origin.part.own_periods or origin.inside)


def parts_of(telling: Telling, sources: Sequence[ValuePart]) -> list[Part]:
    """Add each member's parts up over the own periods; the largest first, unknown ones before."""
    found: dict[str, list[tuple[int, MemberPart]]] = {}
    for source in sources:
        for member in source.consolidated:
            found.setdefault(member.of.entity, []).append((source.column, member))
    parts = [_part(telling.entities[code], some) for code, some in found.items()]
    return sorted(parts, key=lambda part: (not isnan(part.converted), -abs(part.converted)))


def _part(entity: Entity, taken: Sequence[tuple[int, MemberPart]]) -> Part:
    members = [member for _, member in taken]
    exchange = members[0].exchange
    rates = {member.rate for member in members}
    rate = rates.pop() if len(rates) == 1 else None
    return Part(
        entity=entity,
        column=taken[-1][0],
        value=_total(member.of.value for member in members),
        rate=nan if rate is None else rate,
        converted=_total(member.converted for member in members),
        source=exchange.source if exchange else "",
        is_closing=bool(exchange and exchange.is_closing),
    )


def _total(values: Iterable[float | None]) -> float:
    return sum(nan if value is None else value for value in values)


def known(parts: Sequence[Part]) -> Iterator[float]:
    """Give the parts that have a value, in the group's money."""
    return (part.converted for part in parts if not isnan(part.converted))


def amounts_of(parts: Sequence[Part], value: float) -> list[float]:
    """List every amount of a table, so that all are written at one scale."""
    return [value, *(part.converted for part in parts), *(part.value for part in parts)]


def own_unit(telling: Telling, code: str, part: Part, parts: Sequence[Part]) -> Unit:
    """Write a member's figure in its own money, at the scale of the table."""
    return telling.unit(code, telling.currency(part.entity), amounts_of(parts, nan))
