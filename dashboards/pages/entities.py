"""The comparison of entities: one objective or KPI at a group and at each of its members."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan

from dashboards.figures import shown
from dashboards.figures.shown import Figure, Unit
from dashboards.figures.sparkline import Sparkline, sparkline
from dashboards.pages.entity_words import comparison_headline
from dashboards.pages.measures import covered, score_text
from dashboards.pages.member_parts import Telling, parts_of, sources_of
from dashboards.pages.ordering import Asked, Ordered, ordered
from dashboards.pages.tables import COUNTED
from dashboards.rows import STATUS_MARKS, ScoreShown, StatusCount
from dashboards.selectors.comparing import Compared
from dashboards.selectors.context import SHOWN
from dashboards.selectors.scores import NodeScore, ScoreTable
from kpialign.scoring.results import Mark
from kpialign.scoring.status import Status
from kpis.selectors.closing import is_active
from organisation.models import Entity

BAND = "band"
SAID = {Mark.HELD: "held", Mark.TO_DATE: "to date", Mark.VALUE_PROVISIONAL: "not approved"}


@dataclass(frozen=True)
class EntityRow:
    """One entity in the comparison."""

    code: str
    name: str
    is_here: bool
    member_count: int
    value: Figure
    converted: Figure
    target: str
    target_unit: str
    attainment: str
    score: ScoreShown
    sparkline: Sparkline
    note: str


@dataclass(frozen=True)
class EntitiesPage:
    """Everything that the comparison shows."""

    headline: str
    code: str
    name: str
    is_kpi: bool
    group: EntityRow
    rows: Sequence[EntityRow]
    counts: Sequence[StatusCount]
    order: Ordered
    has_converted: bool
    converted_unit: str
    is_scored: bool
    is_chosen: bool
    has_members: bool  # whether any of the rows can be looked into
    choices: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    sorts: Sequence[tuple[str, str, bool]]  # as the address says it, in words, whether in force


def entities_page(
    found: Compared, order: Ordered, lines: Mapping[int, ScoreTable], chosen: Status | None
) -> EntitiesPage:
    """Put the page together from the scores at each entity."""
    units = _units(found)
    converted = _converted(found)
    is_scored = any(found.score(one).is_scored for one in (found.group, *found.entities))
    counts = Counter(found.score(one).status for one in found.entities)

    def row(entity: Entity) -> EntityRow:
        return _row(found, entity, lines.get(entity.pk), units, converted)

    return EntitiesPage(
        headline=comparison_headline(found, units),
        code=found.node.code,
        name=found.node.name,
        is_kpi=found.node.is_kpi,
        group=row(found.group),
        rows=[row(one) for one in order.entities],
        counts=[
            StatusCount(STATUS_MARKS[status], counts[status], status == chosen)
            for status in (*COUNTED, Status.NOT_SCORED)
            if counts[status] or status == chosen
        ]
        if is_scored
        else [],
        order=order,
        has_converted=bool(converted),
        converted_unit=_currency(found, found.group),
        is_scored=is_scored,
        is_chosen=found.is_chosen,
        has_members=any(found.board.context.members_of(one) for one in found.entities),
        choices=_choices(found),
        sorts=_sorts(found, order, is_scored=is_scored),
    )


def ordered_rows(found: Compared, asked: Asked, chosen: Status | None) -> Ordered:
    """Filter, sort and page the entities as the address says; the worst first by default."""
    converted = _converted(found)
    keys = {
        "value": lambda one: converted.get(one.pk, found.score(one).value),
        "target": lambda one: found.score(one).target,
        "attainment": lambda one: found.score(one).attainment,
        "score": lambda one: found.score(one).score,
        "coverage": lambda one: found.score(one).coverage,
    }
    entities = [one for one in found.entities if not chosen or found.score(one).status == chosen]
    is_scored = any(found.score(one).is_scored for one in found.entities)
    return ordered(entities, asked, keys, usual="score" if is_scored else "-value")


def _row(
    found: Compared,
    entity: Entity,
    line: ScoreTable | None,
    units: Mapping[int, Unit],
    converted: Mapping[int, float],
) -> EntityRow:
    now, node, unit = found.score(entity), found.node, units[entity.pk]
    quantity = "value" if node.is_kpi else "score"
    series = [] if line is None else [float(one) for one in line.series(node.code, quantity)]
    target = _target(found, now, unit)
    limits = found.board.context.limits
    return EntityRow(
        code=entity.code,
        name=entity.name,
        is_here=entity == found.board.context.entity,
        member_count=len(found.board.context.members_of(entity)),
        value=shown.figure(now.value, unit),
        converted=shown.figure(converted.get(entity.pk, nan), units[found.group.pk]),
        target=target.text,
        target_unit=target.unit,
        attainment=shown.share(now.attainment),
        score=ScoreShown(
            text=score_text(now.score, limits),
            mark=STATUS_MARKS[now.status],
            covered=covered(now.coverage),
            bounds="",
            is_provisional=Mark.PROVISIONAL in now.marks,
        ),
        sparkline=sparkline(series[-SHOWN:], now.target if node.is_kpi else nan),
        note=_note(found, entity, now),
    )


def _target(found: Compared, now: NodeScore, unit: Unit) -> Figure:
    if found.node.direction != BAND or isnan(now.target):
        return shown.figure(now.target, unit)
    low, high = shown.figure(now.target, unit), shown.figure(now.target_high, unit)
    return Figure(f"{low.text} to {high.text}", unit.suffix)


def _note(found: Compared, entity: Entity, now: NodeScore) -> str:
    """Say in a word or two why there is no figure, or what is particular about it."""
    if not is_active(entity, found.board.context.period):
        return "not active"
    if found.node.is_kpi and isnan(now.value):
        return "" if isnan(now.target) else "no figure"
    marks = [
        (Mark.HELD, "held"),
        (Mark.TO_DATE, "to date"),
        (Mark.VALUE_PROVISIONAL, "not approved"),
    ]
    return ", ".join(word for mark, word in marks if mark in now.marks)


def _units(found: Compared) -> dict[int, Unit]:
    """Say how each entity's figures are written: in its own money, all at one scale."""
    entities = [found.group, *found.entities]
    scores = [found.score(one) for one in entities]
    amounts = [amount for one in scores for amount in (one.value, one.target)]
    node = found.node
    return {
        one.pk: shown.unit_of(
            node.unit, node.decimals, currency=_currency(found, one), amounts=amounts
        )
        for one in entities
    }


def _currency(found: Compared, entity: Entity) -> str:
    return entity.currency or found.board.context.organisation.currency


def _converted(found: Compared) -> dict[int, float]:
    """Give each member's part in the group's money, where theirs is another."""
    if found.origins is None or found.node.code not in found.origins.by_code:
        return {}
    telling = Telling(found.board, found.origins)
    parts = parts_of(telling, sources_of(found.origins.by_code[found.node.code]))
    return {part.entity.pk: part.converted for part in parts}


def _sorts(found: Compared, order: Ordered, *, is_scored: bool) -> list[tuple[str, str, bool]]:
    """List the orders to choose from, the usual one first and out of the address."""
    scored = [
        ("score", "worst first"),
        ("-score", "best first"),
        ("coverage", "least covered first"),
    ]
    measured = [("-value", "largest first"), ("value", "smallest first")]
    sorts = (scored if is_scored else []) + (measured if found.node.is_kpi else [])
    sorts.append(("name", "by name"))
    return [
        ("" if place == 0 else sort, word, sort == order.sort)
        for place, (sort, word) in enumerate(sorts)
    ]


def _choices(found: Compared) -> list[tuple[str, list[tuple[str, str]]]]:
    """List what entities can be compared by: objectives, KPIs with a target, other figures."""
    nodes = found.board.cascade.nodes.values()
    groups = [
        ("Objectives", [one for one in nodes if not one.is_kpi]),
        ("KPIs with a target", [one for one in nodes if one.is_kpi and one.has_target]),
        ("Other figures", [one for one in nodes if one.is_kpi and not one.has_target]),
    ]
    return [
        (name, sorted(((one.code, one.name) for one in some), key=lambda one: one[1]))
        for name, some in groups
        if some
    ]
