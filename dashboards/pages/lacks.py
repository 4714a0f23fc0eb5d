"""What is still owed, one by one: which figure, at which member, by whom; or which rate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dashboards.pages.measures import named
from dashboards.pages.member_parts import Telling
from dashboards.pages.owed import who
from dashboards.selectors.board import Board
from dashboards.selectors.context import name_of
from dashboards.selectors.owing import Owing
from kpialign.scoring.explanation import Exchange
from kpialign.scoring.lacking import Lack
from organisation.models import Entity

MOST_PLACES = 6


@dataclass(frozen=True)
class OwedRow:
    """Something missing: a figure or a rate, where, when, and who gives it."""

    code: str  # of the KPI; empty for a rate, and for what is archived and has no page
    name: str
    when: str
    period: str  # label, for links
    who: str
    places: Sequence[tuple[str, str]]  # code and name of the members that lack it
    more_count: int
    reason: str  # why a formula has no value although its inputs are there
    sentence: str


def owed_rows(board: Board, codes: Iterable[str], owing: Owing) -> list[OwedRow]:
    """Tell what KPIs without a value wait for, each figure once."""
    told: dict[tuple[str, ...], OwedRow] = {}
    for code in codes:
        origin = owing.origins.by_code.get(code) if owing.origins else None
        if owing.origins is None or origin is None or not origin.lacks:
            told.setdefault((code,), _here(board, code))
            continue
        telling = Telling(board, owing.origins)
        for lacks in _alike(origin.lacks):
            row = _row(telling, lacks, owing)
            told.setdefault((row.code, row.name, row.when, row.reason), row)
    return list(told.values())


def _alike(lacks: Sequence[Lack]) -> list[list[Lack]]:
    """Put together what is missing alike at several members."""
    groups: dict[tuple[object, ...], list[Lack]] = {}
    for lack in lacks:
        exchange = lack.exchange
        about = (exchange.lacking, exchange.is_closing) if exchange else lack.code
        groups.setdefault((about, lack.column, lack.reason), []).append(lack)
    return list(groups.values())


def _here(board: Board, code: str) -> OwedRow:
    """Tell of a figure that is missing at the page's own entity."""
    node, context = board.node(code), board.context
    reason = "its formula has no value with these figures" if node.formula else ""
    told = reason or f"no figure for {context.period_name}"
    sentence = f"{node.name} has {told}" if not reason else f"{node.name}: {reason}"
    when, period = context.period_name, context.period.label
    return OwedRow(code, node.name, when, period, who(node), (), 0, reason, f"{sentence}.")


def _row(telling: Telling, lacks: Sequence[Lack], owing: Owing) -> OwedRow:
    """Tell what is missing alike at some members."""
    first = lacks[0]
    period = telling.period(first.column)
    places = [telling.entities[lack.entity] for lack in lacks]
    row = OwedRow(
        code="",
        name="",
        when=name_of(period),
        period=period.label,
        who="",
        places=[(one.code, one.name) for one in places[:MOST_PLACES]],
        more_count=max(0, len(places) - MOST_PLACES),
        reason=first.reason,
        sentence="",
    )
    if first.exchange:
        name = _rate_name(first.exchange)
        sentence = f"There is no {name} for {row.when}."
        return replace(row, name=f"{name[0].upper()}{name[1:]}", sentence=sentence)
    where = named([one.name for one in places])
    have = "has" if len(places) == 1 else "have"
    node = telling.board.cascade.nodes.get(first.code)
    if node is None:  # archived: its figures still feed formulas, and nobody enters more of them
        sentence = f"{where} {have} no {first.code} for {row.when}; it is archived."
        return replace(row, name=first.code, sentence=sentence)
    row = replace(row, code=node.code, name=node.name)
    if first.reason:
        sentence = f"{node.name} of {where} for {row.when}: {first.reason}."
        return replace(row, who=who(node), sentence=sentence)
    people = _who_enters(telling, first.code, places, owing)
    owe = "owes" if len(people) == 1 else "owe"
    sentence = f"{where} {have} no {node.name} for {row.when}; {named(people)} {owe} it."
    return replace(row, who=named(people), sentence=sentence)


def _rate_name(exchange: Exchange) -> str:
    kind = "closing" if exchange.is_closing else "average"
    return f"{kind} rate of {named(list(exchange.lacking))}"


def _who_enters(telling: Telling, code: str, places: Sequence[Entity], owing: Owing) -> list[str]:
    """Name the heads whose scope covers the members, the nearest; else whose figure it is."""
    node = telling.board.node(code)
    heads = [one for one in owing.heads if one.department == node.department]
    above = {one.pk: one.parent_id for one in telling.entities.values()}
    names: dict[str, None] = {}
    for place in places:
        key: int | None = place.pk
        found: list[str] = []
        while not found and key is not None:
            found = [one.name for one in heads if one.entity_id == key]
            key = above.get(key)
        names |= dict.fromkeys(found or [one.name for one in heads if one.entity_id is None])
    return list(names) or [node.owner or node.department_name]
