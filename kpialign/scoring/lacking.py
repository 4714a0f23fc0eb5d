"""What a missing value waits for: figures nobody entered, rates nobody gave, formulas in vain."""

from collections.abc import Iterator
from dataclasses import dataclass

from kpialign.scoring.compute import Workings
from kpialign.scoring.explanation import Exchange, ValuePart
from kpialign.scoring.provenance import Asked, Provenance
from kpialign.scoring.timing import Extent

DEEPEST = 40
MOST = 2_000


@dataclass(frozen=True)
class Lack:
    """One thing that is missing: a figure at an entity in a period (a column).

    With an exchange the figure is there, and the rate is missing; with a reason its inputs are
    there, and the formula still has no value.
    """

    code: str
    entity: str
    column: int
    exchange: Exchange | None = None
    reason: str = ""


class Lacking:
    """Follows missing values down to what is missing; bounded, and nothing is named twice."""

    def __init__(self, workings: Workings) -> None:
        """Follow the values of these workings."""
        self._workings = workings
        self._values = workings.values
        self._provenance = Provenance(workings)
        self._nodes = {node.key: place for place, node in enumerate(workings.inputs.nodes)}
        self._entities = {one.key: place for place, one in enumerate(workings.inputs.entities)}

    def of(self, node: int, entity: int, column: int) -> tuple[Lack, ...]:
        """List what a KPI's value at an entity in a column waits for; nothing where it is there."""
        length, period = self._workings.inputs.calendar.period(column)
        found: dict[Lack, None] = {}
        for lack in self._followed(Asked(node, entity, Extent(length), period)):
            found.setdefault(lack)
            if len(found) == MOST:
                break
        return tuple(found)

    def _followed(self, asked: Asked) -> Iterator[Lack]:
        part = self._provenance.of(asked)
        if part.value is not None or asked.depth >= DEEPEST:
            return
        own = self._values.kpi(asked.node).length
        if part.formula is not None:
            yield from self._of_formula(asked, part)
        elif own.months > asked.extent.length.months:
            yield from self._held(asked)
        elif own is not asked.extent.length:
            yield from self._inside(asked)
        elif part.consolidated:
            yield from self._of_members(asked, part)
        else:
            yield Lack(part.code, part.entity, part.column)

    def _of_members(self, asked: Asked, part: ValuePart) -> Iterator[Lack]:
        for member in part.consolidated:
            if member.of.value is None:
                place = self._entities[member.of.entity]
                yield from self._followed(asked.below(entity=place))
            elif member.converted is None:
                yield Lack(part.code, member.of.entity, part.column, exchange=member.exchange)

    def _of_formula(self, asked: Asked, part: ValuePart) -> Iterator[Lack]:
        assert part.formula is not None
        formula = self._workings.formulas.get(asked.node)
        required = () if formula is None else formula.required
        missing = [
            one
            for code in dict.fromkeys(required)
            for one in self._followed(asked.below(node=self._workings.formulas.position(code)))
        ]
        yield from missing
        if not missing:
            yield Lack(part.code, part.entity, part.column, reason=part.formula.reason)

    def _held(self, asked: Asked) -> Iterator[Lack]:
        own = self._values.kpi(asked.node).length
        latest = int(self._values.frame.latest_ended(own, asked.extent.length)[asked.period])
        if latest >= 0:
            yield from self._followed(asked.below(extent=Extent(own), period=latest))

    def _inside(self, asked: Asked) -> Iterator[Lack]:
        """Follow the own periods inside that the entity should have a figure for."""
        own = self._values.kpi(asked.node).length
        size = asked.extent.length.months // own.months
        in_time = self._values.frame.in_time[own][asked.entity]
        for period in range(asked.period * size, (asked.period + 1) * size):
            if in_time[period]:
                yield from self._followed(asked.below(extent=Extent(own), period=period))
