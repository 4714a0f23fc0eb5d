"""Scores of nodes: attainment of KPIs and its roll-up through the cascade."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from tests.scoring.reference.figures import Figures
from tests.scoring.reference.fiscal import LENGTHS, Period
from tests.scoring.reference.folder import Cascade, Kpi
from tests.scoring.reference.wanted import Targets, attainment

ZERO, HUNDRED = Fraction(0), Fraction(100)


@dataclass(frozen=True)
class Scored:
    """A node that is scored; `score` is None while it is unknown."""

    score: Fraction | None
    coverage: Fraction
    low: Fraction
    high: Fraction
    provisional: bool


class Scores:
    """Every score of one cascade."""

    def __init__(self, cascade: Cascade) -> None:
        """Take a cascade."""
        self.cascade = cascade
        self.figures = Figures(cascade)
        self.targets = Targets(self.figures)
        self.node = cache(self._node)
        self.driver = cache(self._driver)
        self.result = cache(self._result)

    def periods(self) -> list[Period]:
        """Every period that overlaps the time of scores."""
        span = self.figures.span
        if not span:
            return []
        return [
            Period(length, index)
            for length in LENGTHS
            for index in range(span.start // length, (span.stop - 1) // length + 1)
        ]

    def attainment(self, code: str, entity: str, period: Period) -> Fraction | None:
        """The raw attainment of a KPI, None where unknown or without a target."""
        value = self.figures.value(code, entity, period)
        wanted = self.targets.wanted(code, entity, period)
        if value is None or wanted is None:
            return None
        return attainment(self.cascade.kpis[code], value.value, wanted)

    def coverage(self, kpi: Kpi, entity: str, period: Period) -> Fraction:
        """The coverage of a KPI whose score is known."""
        if kpi.length >= period.length:
            return Fraction(1)
        ended = [own for own in period.inner(kpi.length) if self.figures.ended(own)]
        there = [self.figures.own(kpi.code, entity, own) is not None for own in ended]
        if not there or (kpi.time_rollup == "last" and there[-1]):
            return Fraction(1)
        return Fraction(sum(there), len(there))

    def _result(self, code: str, entity: str, period: Period) -> Scored | None:
        """The score of a KPI by its own attainment; None without a target in force."""
        kpi = self.cascade.kpis[code]
        if self.targets.wanted(code, entity, period) is None:
            return None
        raw = self.attainment(code, entity, period)
        if raw is None:
            return Scored(None, ZERO, ZERO, HUNDRED, provisional=False)
        score = 100 * min(Fraction(1), max(Fraction(0), raw))
        value = self.figures.value(code, entity, period)
        provisional = value is not None and value.provisional
        return Scored(score, self.coverage(kpi, entity, period), score, score, provisional)

    def scored_children(
        self, code: str, entity: str, period: Period
    ) -> list[tuple[str, Fraction, Scored]]:
        """The scored children of a node with the weights of their links, by code."""
        found = [
            (child, weight, self.node(child, entity, period))
            for parent, child, weight in sorted(self.cascade.links)
            if parent == code
        ]
        return [(child, weight, state) for child, weight, state in found if state is not None]

    def _driver(self, code: str, entity: str, period: Period) -> Scored | None:
        """The children's aggregate; None without a scored child."""
        children = [(w, state) for _, w, state in self.scored_children(code, entity, period)]
        if not children:
            return None
        how = self.cascade.aggregation[code]
        known = [(w, s.score) for w, s in children if s.score is not None]
        total = sum((w for w, _ in children), ZERO)
        return Scored(
            aggregate(how, known) if known else None,
            sum((w * s.coverage for w, s in children), ZERO) / total,
            aggregate(how, [(w, s.low) for w, s in children]),
            aggregate(how, [(w, s.high) for w, s in children]),
            any(s.provisional for _, s in children if s.score is not None),
        )

    def _node(self, code: str, entity: str, period: Period) -> Scored | None:
        """The state of a node: its own result, else what its children give."""
        if code in self.cascade.archived or not self.figures.active(entity, period):
            return None
        if code in self.cascade.kpis and (result := self.result(code, entity, period)):
            return result
        return self.driver(code, entity, period)

    def status(self, state: Scored | None) -> str:
        """The status of a node."""
        if state is None:
            return "not_scored"
        if state.score is None or round(state.coverage, 9) < self.cascade.min_coverage:
            return "not_enough_data"
        if round(state.score, 9) >= self.cascade.on_track:
            return "on_track"
        return "at_risk" if round(state.score, 9) >= self.cascade.at_risk else "off_track"


def aggregate(how: str, parts: list[tuple[Fraction, Fraction]]) -> Fraction:
    """Roll scores up by their weights."""
    total = sum((w for w, _ in parts), ZERO)
    if how == "weakest":
        return min(score for _, score in parts)
    if how == "geometric":
        if any(score == 0 for _, score in parts):
            return ZERO
        logs = math.fsum(float(w / total) * math.log(score) for w, score in parts)
        return min(HUNDRED, Fraction(math.exp(logs)))
    return sum((w * score for w, score in parts), ZERO) / total
