"""How a group's figure arises from its members': each with its rate, and a sum that adds up."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

from dashboards.figures import shown
from dashboards.figures.shown import Figure, Unit
from dashboards.pages.consolidation_words import (
    absent_words,
    rate_text,
    rule_words,
    sum_sentence,
)
from dashboards.pages.member_parts import (
    Part,
    Telling,
    amounts_of,
    known,
    own_unit,
    parts_of,
    sources_of,
)
from dashboards.selectors.board import Board
from dashboards.selectors.context import name_of
from dashboards.selectors.origins import Origin, Origins

MOST_ROWS = 8  # members with a row of their own


@dataclass(frozen=True)
class MemberRow:
    """One member's part in a group's figure."""

    code: str
    name: str
    period: str  # label, for the link
    value: Figure
    rate: str
    converted: Figure
    share: str


@dataclass(frozen=True)
class StepRow:
    """One own period of a longer one, consolidated by itself."""

    period: str
    name: str
    value: Figure


@dataclass(frozen=True)
class Consolidation:
    """How a group's figure is made."""

    sentence: str
    rule: str
    rows: Sequence[MemberRow]
    more: Sequence[MemberRow]
    more_sum: Figure
    total: Figure
    has_rates: bool
    steps: Sequence[StepRow]
    absent: str


def consolidation(board: Board, code: str, origins: Origins) -> Consolidation | None:
    """Tell how the figure of a group arises from its members; None where it does not."""
    origin = origins.by_code.get(code)
    if origin is None:  # not there yet when the period was closed
        return None
    telling = Telling(board, origins)
    sources = sources_of(origin)
    if not any(one.consolidated for one in sources):
        return None
    steps = _steps(telling, code, origin) if len(origin.inside) > 1 else []
    one_sum = len(sources) == 1 or {one.rule for one in sources} == {"sum"}
    adds = one_sum and (len(sources) == 1 or board.node(code).time_rollup == "sum")
    parts = parts_of(telling, sources) if adds else []
    value = nan if origin.part.value is None else origin.part.value
    unit = telling.unit(code, telling.currency(board.context.entity), amounts_of(parts, value))
    rows = _rows(telling, code, parts, unit)
    is_mean = sources[0].rule == "average"
    return Consolidation(
        sentence=sum_sentence(telling, code, parts, value, unit, is_mean=is_mean),
        rule=rule_words(telling, sources, parts, len(steps)),
        rows=rows[:MOST_ROWS],
        more=rows[MOST_ROWS:],
        more_sum=shown.figure(sum(known(parts[MOST_ROWS:])), unit),
        total=shown.figure(value, unit),
        has_rates=any(part.source for part in parts),
        steps=steps,
        absent=absent_words(telling, sources[-1]),
    )


def _rows(telling: Telling, code: str, parts: Sequence[Part], unit: Unit) -> list[MemberRow]:
    whole = sum(known(parts))
    return [
        MemberRow(
            code=part.entity.code,
            name=part.entity.name,
            period=telling.period(part.column).label,
            value=shown.figure(part.value, own_unit(telling, code, part, parts)),
            rate=rate_text(part.rate) if part.source else "",
            converted=shown.figure(part.converted, unit),
            share=shown.share(part.converted / whole) if whole > 0 <= part.converted else "",
        )
        for part in parts
    ]


def _steps(telling: Telling, code: str, origin: Origin) -> list[StepRow]:
    values = [nan if one.value is None else one.value for one in origin.inside]
    unit = telling.unit(code, telling.currency(telling.board.context.entity), values)
    periods = [telling.period(one.column) for one in origin.inside]
    return [
        StepRow(period.label, name_of(period), shown.figure(value, unit))
        for period, value in zip(periods, values, strict=True)
    ]
