"""Formulas evaluated over those months of a period that all their required inputs have."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Protocol

from tests.scoring.reference import arithmetic
from tests.scoring.reference.fiscal import MONTH, YEAR, Period
from tests.scoring.reference.folder import Cascade, Kpi
from tests.scoring.reference.formula_text import TIME_FUNCTIONS, Tree, required, uses_time

Months = frozenset[int]


@dataclass(frozen=True)
class Known:
    """A value that is there, and whether a submitted figure stands behind it."""

    value: Fraction
    provisional: bool


Value = Known | None


@dataclass(frozen=True)
class Place:
    """Where a formula is evaluated; `throughout`: inside a time function nothing may be missing."""

    entity: str
    period: Period
    months: Months
    throughout: bool = False

    def back(self, steps: int) -> "Place":
        """The same place so many periods earlier, the whole of it."""
        earlier = self.period.back(steps)
        return Place(self.entity, earlier, frozenset(earlier.months), throughout=True)


def exact(number: Fraction) -> Known:
    """Give a number that rests on no figure."""
    return Known(number, provisional=False)


def together(values: Iterable[Known], number: Fraction | None) -> Value:
    """Give a number that rests on these values; missing if there is none."""
    if number is None:
        return None
    return Known(number, any(each.provisional for each in values))


class Values(Protocol):
    """What formulas look at."""

    cascade: Cascade

    def own(self, code: str, entity: str, period: Period) -> Value:
        """The value of a KPI in a period of its own frequency."""

    def value(self, code: str, entity: str, period: Period) -> Value:
        """The value of a KPI in any period."""

    def rolled(self, kpi: Kpi, entity: str, periods: list[Period]) -> Value:
        """A KPI's own periods rolled up over those that are there."""

    def ended(self, period: Period) -> bool:
        """Whether a period has ended by the reporting date."""

    def in_span(self, months: Iterable[int]) -> Months:
        """Those of some months that lie in the time of scores."""


class Formulas:
    """Every formula of one cascade."""

    def __init__(self, figures: Values) -> None:
        """Take the figures that formulas look at."""
        self.figures = figures
        self.cascade = figures.cascade
        self.evaluate = cache(self._evaluate)
        self.has = cache(self._has)

    def whole(self, code: str, entity: str, period: Period) -> Value:
        """A formula over all it may take of a period."""
        return self.evaluate(code, entity, period, self.all_of(code, period))

    def all_of(self, code: str, period: Period) -> Months:
        """The months a formula may take: without a required input those of the time of scores."""
        tree = self.cascade.kpis[code].tree
        assert tree is not None
        return frozenset(period.months) if required(tree) else self.figures.in_span(period.months)

    def _has(self, code: str, entity: str, period: Period) -> Months:
        """The months of a period that an input has."""
        kpi = self.cascade.kpis[code]
        if kpi.length > period.length:
            return frozenset(
                m
                for m in period.months
                if self.figures.value(code, entity, Period(MONTH, m)) is not None
            )
        return frozenset(
            month
            for own in period.inner(kpi.length)
            if self.figures.own(code, entity, own) is not None
            for month in own.months
        )

    def _evaluate(self, code: str, entity: str, period: Period, months: Months) -> Value:
        """A KPI's formula over those months of a period that all required inputs have."""
        tree = self.cascade.kpis[code].tree
        assert tree is not None
        needed = [self.has(each, entity, period) for each in required(tree)]
        common = months.intersection(*needed) if needed else self.figures.in_span(months)
        if not common:
            return None
        if uses_time(tree):
            throughout = all(has >= frozenset(period.months) for has in needed)
            restricted = months < self.all_of(code, period)
            if restricted or not throughout or not self.figures.ended(period):
                return None
        return self.calculate(tree, Place(entity, period, common))

    def taken(self, code: str, place: Place) -> Value:
        """An input over those of a place's months that it has; inside a time function, all."""
        kpi, entity, period = self.cascade.kpis[code], place.entity, place.period
        if kpi.length > period.length:
            return self.figures.value(code, entity, period)
        has = self.has(code, entity, period)
        if place.throughout and not place.months <= has:
            return None
        within = place.months & has
        if kpi.time_rollup == "formula":
            return self.evaluate(code, entity, period, within) if within else None
        inner = [
            own
            for own in period.inner(kpi.length)
            if own.first in has and within >= self.figures.in_span(own.months)
        ]
        return self.figures.rolled(kpi, entity, inner)

    def calculate(self, tree: Tree, place: Place) -> Value:
        """One step of a formula."""
        kind = tree[0]
        if kind == "number":
            return exact(tree[1])
        if kind == "code":
            return self.taken(tree[1], place)
        if kind == "call":
            return self.call(tree, place)
        parts = [self.calculate(part, place) for part in tree if isinstance(part, tuple)]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        values = [part.value for part in known]
        if kind == "minus":
            return together(known, -values[0])
        apply: Callable[[str, Fraction, Fraction], Fraction | None] = (
            arithmetic.compare if kind == "compare" else arithmetic.binary
        )
        return together(known, apply(tree[1], *values))

    def call(self, tree: Tree, place: Place) -> Value:
        """A function of a formula."""
        name, arguments = tree[1], tree[2:]
        if name == "days":
            return exact(Fraction(sum(self.cascade.fiscal.days(m) for m in place.months)))
        if name in TIME_FUNCTIONS:
            return self.call_time(name, arguments, place)
        if name == "coalesce":
            each = (self.calculate(argument, place) for argument in arguments)
            return next((value for value in each if value is not None), None)
        if name == "if":
            return self.choose(arguments, place)
        parts = [self.calculate(argument, place) for argument in arguments]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        return together(known, arithmetic.function(name, [part.value for part in known]))

    def choose(self, arguments: tuple[Tree, ...], place: Place) -> Value:
        """The branch that the condition chooses; the other is not looked at."""
        asked = self.calculate(arguments[0], place)
        if asked is None:
            return None
        chosen = self.calculate(arguments[1 if asked.value else 2], place)
        return together([asked, chosen], chosen.value) if chosen else None

    def call_time(self, name: str, arguments: tuple[Tree, ...], place: Place) -> Value:
        """A function that looks at other periods."""
        if name == "ytd":
            return self.year_to_date(arguments[0][1], place)
        count = int(arguments[1][1]) if len(arguments) > 1 else 1
        if name == "prev":
            return self.calculate(arguments[0], place.back(count))
        if name == "year_ago":
            return self.calculate(arguments[0], place.back(count * YEAR // place.period.length))
        window = [self.calculate(arguments[0], place.back(n)) for n in range(count)]
        known = [each for each in window if each is not None]
        if len(known) < count:
            return None
        total = sum((each.value for each in known), Fraction(0))
        return together(known, arithmetic.short(total / count if name == "rolling_avg" else total))

    def year_to_date(self, code: str, place: Place) -> Value:
        """An input over its own periods from the start of the fiscal year, none missing."""
        kpi, entity = self.cascade.kpis[code], place.entity
        year = place.period.around(YEAR)
        window = [own for own in year.inner(kpi.length) if own.last <= place.period.last]
        there = [own for own in window if self.figures.own(code, entity, own) is not None]
        if not window or len(there) < len(window):
            return None
        if kpi.time_rollup != "formula":
            return self.figures.rolled(kpi, entity, window)
        months = frozenset(month for own in window for month in own.months)
        return self.evaluate(code, entity, year, months)
