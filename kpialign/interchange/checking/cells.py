"""What every figure must satisfy: its KPI, entity, period and unit, each looked at once."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from kpialign.interchange import figures, periods
from kpialign.interchange.checking.closed import ClosedSpans
from kpialign.interchange.checking.formulas import LENGTHS
from kpialign.interchange.figures import Figure, Percent
from kpialign.interchange.periods import LENGTH_WORDS, Span
from kpialign.interchange.problems import CellError, shown
from kpialign.interchange.proposal import Proposal

PERCENT = "%"


class Wrong(NamedTuple):
    """What is wrong with a cell, in which column."""

    column: str
    told: str
    accepted: str


class CellRules:
    """The rules that targets and actuals share, over what the import makes of KPIs and entities."""

    def __init__(self, proposal: Proposal) -> None:
        """Remember each answer: many figures ask the same."""
        self._kpis = proposal.kpis
        self._entities = proposal.entities
        self._first_month = proposal.first_month
        self.span = cache(self._span)
        self.active = cache(self._active)
        self.wrong_place = cache(self._wrong_place)
        self.closed = ClosedSpans(proposal.first_month)

    def _span(self, label: str) -> Span:
        return periods.span_of(label, self._first_month)

    def _active(self, entity: str, label: str) -> bool:
        """Tell whether an entity is active in any month of a period."""
        row, span = self._entities[entity], self.span(label)
        starts = not row.active_from or self.span(row.active_from).first <= span.last
        return starts and (not row.active_to or self.span(row.active_to).last >= span.first)

    def _wrong_place(self, kpi: str, entity: str) -> Wrong | None:
        """Tell what is wrong with the codes of a cell."""
        if kpi not in self._kpis:
            return Wrong("kpi", f"there is no {shown(kpi)} in kpis", "a code of kpis")
        if entity not in self._entities:
            return Wrong("entity", f"there is no {shown(entity)} in entities", "a code of entities")
        return None

    def number(self, figure: Figure, kpi: str) -> Decimal | None:
        """Take a percentage as a number of percent, if the KPI is measured in that."""
        if not isinstance(figure, Percent):
            return figure
        if self._kpis[kpi].unit.strip() == PERCENT:
            return figure.number
        unit = self._kpis[kpi].unit
        told = f"{figure.number} % is a percentage, and {kpi} is measured in {shown(unit)}"
        raise CellError(told, f"{figures.ACCEPTED}; percentages for the unit %")

    def length_of(self, kpi: str) -> int:
        """Return the number of months in a period of a KPI's own length."""
        return LENGTHS.get(self._kpis[kpi].frequency, 1)


def length_words(lengths: Iterable[int]) -> str:
    """Name lengths: a month or a quarter."""
    return " or ".join(LENGTH_WORDS[length] for length in sorted(lengths))
