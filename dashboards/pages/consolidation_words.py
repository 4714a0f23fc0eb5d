"""What is said of a group's figure: its sum, the rule and rates, and who is not counted."""

from collections.abc import Sequence
from math import isnan

from dashboards.figures import shown
from dashboards.figures.shown import Unit
from dashboards.pages.measures import named
from dashboards.pages.member_parts import Part, Telling, own_unit
from dashboards.selectors.context import name_of
from kpialign.scoring.explanation import ValuePart
from kpis.selectors.closing import is_active

MOST_ADDED = 4  # members that a sum is written out for


def rate_text(rate: float) -> str:
    """Write a rate with the digits it has, at most six significant ones.

    >>> rate_text(1.1), rate_text(0.0078125), rate_text(1.23456789)
    ('1.1', '0.0078125', '1.23457')
    """
    return shown.UNKNOWN if isnan(rate) else shown.full(float(f"{rate:.6g}"))


def sum_sentence(
    telling: Telling, code: str, parts: Sequence[Part], value: float, unit: Unit, *, is_mean: bool
) -> str:
    """Write the sum: "500 = 100 + 400, from A and B"."""
    names = [part.entity.name for part in parts]
    if isnan(value) or not parts:
        return ""
    if len(parts) > MOST_ADDED:
        largest = [f"{part.entity.name} ({shown.figure(part.converted, unit)})" for part in parts]
        what = "the mean" if is_mean else "the sum"
        told = f"{shown.figure(value, unit)} is {what} of {len(parts)} members"
        return f"{told}; the largest are {named(largest[:3])}."
    added = [_addend(telling, code, part, parts, unit) for part in parts]
    sum_ = " + ".join(added).replace(f"+ {shown.MINUS}", f"{shown.MINUS} ")
    if is_mean and len(parts) > 1:
        sum_ = f"({sum_}) / {len(parts)}"
    return f"{shown.figure(value, unit)} = {sum_}, from {named(names)}."


def _addend(telling: Telling, code: str, part: Part, parts: Sequence[Part], unit: Unit) -> str:
    if not part.source:
        return shown.figure(part.converted, unit).text
    own = shown.figure(part.value, own_unit(telling, code, part, parts))
    if isnan(part.rate):
        return f"{shown.figure(part.converted, unit).text} (from {own})"
    return f"{own} {shown.TIMES} {rate_text(part.rate)}"


def rule_words(
    telling: Telling, sources: Sequence[ValuePart], parts: Sequence[Part], steps: int
) -> str:
    """Say what is done with the members' figures, and at which rates."""
    what = "The mean" if sources[0].rule == "average" else "The sum"
    told = f"{what} of the figures of its members"
    exchanged = [part for part in parts if part.source]
    if exchanged:
        kind = "closing" if exchanged[0].is_closing else "average"
        when = name_of(telling.period(sources[-1].column)) if steps <= 1 else "each period"
        into = telling.currency(telling.board.context.entity)
        told += f", each in {into} at the {kind} rate of {when}"
    if steps > 1:
        told += "; worked out period by period, time second"
    return f"{told}."


def absent_words(telling: Telling, source: ValuePart) -> str:
    """Name the members that do not take part: not active then, or not reporting the KPI."""
    entity, period = telling.board.context.entity, telling.period(source.column)
    there = {member.of.entity for member in source.consolidated}
    children = [one for one in telling.entities.values() if one.parent_id == entity.pk]
    gone = [one.name for one in children if not is_active(one, period)]
    silent = [one.name for one in children if is_active(one, period) and one.code not in there]
    told = []
    if gone:
        told.append(f"{named(gone)} {_are(gone)} not active in {name_of(period)}")
    if silent:
        told.append(f"{named(silent)} {'does' if len(silent) == 1 else 'do'} not report it")
    return f"Not counted: {'; '.join(told)}." if told else ""


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
