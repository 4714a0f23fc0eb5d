"""Values of KPIs: entered, calculated, consolidated, rolled up over time and held."""

from collections.abc import Iterable
from fractions import Fraction
from functools import cache

from tests.scoring.reference import arithmetic
from tests.scoring.reference.evaluation import Formulas, Known, Months, Value, together
from tests.scoring.reference.fiscal import MONTH, Period
from tests.scoring.reference.folder import Cascade, Kpi, inputs_of


class Figures:
    """Every value of one cascade, each cell calculated once, when asked for."""

    def __init__(self, cascade: Cascade) -> None:
        """Take a cascade and find out its time of scores."""
        self.cascade = cascade
        self.children: dict[str, list[str]] = {code: [] for code in cascade.entities}
        for entity in cascade.entities.values():
            if entity.parent:
                self.children[entity.parent].append(entity.code)
        counted = [period for _, _, period in cascade.actuals]
        self.span = range(
            min((period.first for period in counted), default=0),
            max((period.last for period in counted), default=-1) + 1,
        )
        self.own = cache(self._own)
        self.value = cache(self._value)
        self.calculated = Formulas(self).whole
        self.takes_part = cache(self._takes_part)
        self.first_month = cache(self._first_month)
        self.rate = cache(self._rate)

    # Where and when

    def active(self, entity: str, period: Period) -> bool:
        """Whether an entity is active in any month of a period."""
        row = self.cascade.entities[entity]
        begins = row.active_from is None or row.active_from <= period.last
        ends = row.active_to is None or row.active_to >= period.first
        return begins and ends

    def in_span(self, months: Iterable[int]) -> Months:
        """Those of some months that lie in the time of scores."""
        return frozenset(month for month in months if month in self.span)

    def ended(self, period: Period) -> bool:
        """Whether a period has ended by the reporting date."""
        return period.last < self.span.stop

    def _first_month(self, code: str, entity: str) -> int | None:
        """The first month for which an entity itself has a figure or target of a KPI."""
        kpi = self.cascade.kpis[code]
        codes = {code} | (inputs_of(self.cascade, code) if kpi.tree else set())
        rows = list(self.cascade.actuals) + list(self.cascade.targets)
        firsts = [p.first for c, e, p in rows if c in codes and e == entity]
        return min(firsts, default=None)

    def reports(self, kpi: Kpi, entity: str, period: Period) -> bool:
        """Whether an entity itself reports a KPI in a period."""
        if kpi.reported_at:
            return entity in kpi.reported_at
        first = self.first_month(kpi.code, entity)
        return first is not None and first <= period.last

    def _takes_part(self, code: str, entity: str, period: Period) -> bool:
        """Whether a child takes part in the consolidation of a KPI."""
        if not self.active(entity, period):
            return False
        return self.reports(self.cascade.kpis[code], entity, period) or any(
            self.takes_part(code, child, period) for child in self.children[entity]
        )

    def _rate(self, currency: str, period: Period) -> tuple[Fraction | None, Fraction | None]:
        """The average and closing rate of a currency in a period."""
        if currency == self.cascade.currency:
            return Fraction(1), Fraction(1)
        rates = self.cascade.rates
        if (currency, period) in rates:
            return rates[currency, period]
        months = [rates.get((currency, each)) for each in period.inner(MONTH)]
        if period.length == MONTH:
            return None, None
        closing = months[-1][1] if months[-1] else None
        there = [month[0] for month in months if month]
        average = sum(there, Fraction(0)) / len(there) if len(there) == len(months) else None
        return average, closing

    def conversion(self, kpi: Kpi, child: str, parent: str, period: Period) -> Fraction | None:
        """What one unit of a child's figure is in its parent's; None without a rate."""
        ours, theirs = (self.cascade.entities[each].currency for each in (parent, child))
        if not kpi.is_money or ours == theirs:
            return Fraction(1)
        which = 1 if kpi.time_rollup == "last" else 0
        rate, base = self.rate(theirs, period)[which], self.rate(ours, period)[which]
        return rate / base if rate is not None and base is not None else None

    # Own periods

    def _own(self, code: str, entity: str, period: Period) -> Value:
        """The value of a KPI in a period of its own frequency."""
        if not self.active(entity, period) or not self.in_span(period.months):
            return None
        kpi = self.cascade.kpis[code]
        if entered := self.cascade.actuals.get((code, entity, period)):
            return Known(entered.value, entered.provisional)
        if not self.children[entity] or kpi.entity_rollup == "formula":
            return self.calculated(code, entity, period) if kpi.tree else None
        if kpi.entity_rollup == "none":
            return None
        return self.consolidated(kpi, entity, period)

    def consolidated(self, kpi: Kpi, entity: str, period: Period) -> Value:
        """The sum or average of the children that take part."""
        parts: list[Known] = []
        for child in self.children[entity]:
            if not self.takes_part(kpi.code, child, period):
                continue
            value = self.own(kpi.code, child, period)
            factor = self.conversion(kpi, child, entity, period)
            if value is None or factor is None:
                return None
            parts.append(Known(value.value * factor, value.provisional))
        if not parts:
            return None
        total = sum((part.value for part in parts), Fraction(0))
        return together(
            parts, arithmetic.short(total / len(parts) if kpi.entity_rollup == "average" else total)
        )

    # Longer and shorter periods

    def held_period(self, kpi: Kpi, period: Period) -> Period:
        """The latest own period that has ended by the end of a shorter one."""
        return Period(kpi.length, (period.last + 1) // kpi.length - 1)

    def _value(self, code: str, entity: str, period: Period) -> Value:
        """The value of a KPI in any period."""
        if not self.active(entity, period) or not self.in_span(period.months):
            return None
        kpi = self.cascade.kpis[code]
        if kpi.length > period.length:
            return self.own(code, entity, self.held_period(kpi, period))
        if kpi.length == period.length:
            return self.own(code, entity, period)
        if kpi.time_rollup == "formula":
            if self.children[entity] and kpi.entity_rollup != "formula":
                return None
            return self.calculated(code, entity, period)
        return self.rolled(kpi, entity, period.inner(kpi.length))

    def rolled(self, kpi: Kpi, entity: str, periods: list[Period]) -> Value:
        """A KPI's own periods rolled up over those that are there."""
        there = [v for v in (self.own(kpi.code, entity, p) for p in periods) if v is not None]
        if not there:
            return None
        if kpi.time_rollup == "last":
            return there[-1]
        total = sum((each.value for each in there), Fraction(0))
        return together(
            there, arithmetic.short(total / len(there) if kpi.time_rollup == "average" else total)
        )
