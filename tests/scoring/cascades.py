"""Random cascades of every kind of KPI, for properties that must hold of all of them."""

from calendar import monthrange
from dataclasses import replace
from datetime import date
from random import Random

import numpy as np

from kpialign.scoring.formulas import Formulas
from kpialign.scoring.inputs import (
    LENGTHS,
    ActualArrays,
    Aggregation,
    Calendar,
    CascadeInput,
    Direction,
    EntityInput,
    EntityRollup,
    KpiInput,
    Length,
    LinkInput,
    NodeInput,
    RateArrays,
    TargetArrays,
    TimeRollup,
    span_of,
)
from kpialign.scoring.plan import live_links
from kpialign.scoring.reach import inputs_of

NAN = float("nan")
YEARS = 2
DIRECTIONS: list[Direction] = ["higher", "lower", "band"]

FORMULAS = (
    "{a} / {b} * 100",
    "coalesce({a}, 0) + {b}",
    "if({a} > {b}, {a}, prev({b}))",
    "{a} / prev({a}) - 1",
    "ytd({a}) / year_ago({b})",
    "rolling_avg({a} + {b}, 3)",
    "{a} / {b} * days()",
    "days() - 20",
    "min({a}, max({b}, 3)) ^ 2",
    "exp(ln({a}) - ln({b}))",
)


def calendar_of(years: int, first_year: int = 2025) -> Calendar:
    starts, ends = [], []
    for position in range(12 * years):
        year, month = first_year + position // 12, position % 12 + 1
        starts.append(date(year, month, 1).toordinal())
        ends.append(date(year, month, monthrange(year, month)[1]).toordinal())
    return Calendar(np.array(starts), np.array(ends))


def cascade(
    nodes: list[NodeInput],
    links: list[LinkInput] | None = None,
    *,
    actuals: list[tuple[int, int, int, float, bool]] | None = None,
    targets: list[tuple[int, int, int, int, float, float, float, float]] | None = None,
    entities: tuple[EntityInput, ...] = (EntityInput("GROUP", -1, "EUR"),),
    rates: RateArrays | None = None,
    years: int = YEARS,
) -> CascadeInput:
    """Put a cascade together; its span is that of its actuals."""
    calendar = calendar_of(years)
    figures = ActualArrays.of(actuals or [])
    start, end = span_of(figures, nodes, calendar)
    return CascadeInput(
        calendar=calendar,
        currency="EUR",
        entities=entities,
        nodes=tuple(nodes),
        links=tuple(links or []),
        actuals=figures,
        targets=TargetArrays.of(targets or []),
        rates=rates or {},
        span_start=start,
        span_end=end,
    )


def random_cascade(seed: int, *, formulas: bool = True) -> CascadeInput:
    """Make a cascade of about a dozen nodes and up to four entities."""
    chance = Random(seed)  # noqa: S311 - figures, not secrets
    entities = _entities(chance)
    nodes = _nodes(chance, len(entities), formulas=formulas)
    return cascade(
        nodes,
        _links(chance, nodes),
        actuals=_actuals(chance, nodes, len(entities)),
        targets=_targets(chance, nodes, len(entities)),
        entities=entities,
        rates=_rates(chance),
    )


def _entities(chance: Random) -> tuple[EntityInput, ...]:
    entities = [EntityInput("E0", -1, "EUR")]
    for number in range(1, chance.randint(1, 4)):
        parent = chance.randrange(number)
        until = chance.choice([None, None, 16])
        entities.append(
            EntityInput(f"E{number}", parent, chance.choice(["EUR", "USD"]), None, until)
        )
    return tuple(entities)


def _nodes(chance: Random, entities: int, *, formulas: bool) -> list[NodeInput]:
    aggregation: list[Aggregation] = ["arithmetic", "geometric", "weakest"]
    nodes = [NodeInput(f"A{number}", None, chance.choice(aggregation)) for number in range(3)]
    codes: list[str] = []
    for number in range(10):
        code = f"K{number}"
        formula = ""
        if formulas and codes and chance.random() < 0.4:
            formula = chance.choice(FORMULAS).format(a=chance.choice(codes), b=chance.choice(codes))
        kpi = _kpi(chance, formula, entities)
        nodes.append(
            NodeInput(code, kpi, chance.choice(aggregation), archived=chance.random() < 0.05)
        )
        codes.append(code)
    return nodes


def _kpi(chance: Random, formula: str, entities: int) -> KpiInput:
    rules: list[TimeRollup] = ["sum", "average", "last"]
    consolidating: list[EntityRollup] = ["sum", "average", "none"]
    if formula:
        rules.append("formula")
        consolidating.append("formula")
    time_rollup = chance.choice(rules)
    if time_rollup == "formula":
        consolidating = ["none", "formula"]
    listed = tuple(range(entities)) if chance.random() < 0.2 else None
    return KpiInput(
        length=chance.choice([Length.MONTH, Length.MONTH, Length.QUARTER, Length.YEAR]),
        direction=chance.choice(DIRECTIONS),
        time_rollup=time_rollup,
        entity_rollup=chance.choice(consolidating),
        formula=formula,
        is_money=chance.random() < 0.4,
        reported_at=listed,
    )


def _links(chance: Random, nodes: list[NodeInput]) -> list[LinkInput]:
    links = []
    for child in range(1, len(nodes)):
        parents = range(min(child, 3)) if nodes[child].kpi is None else range(child)
        chosen = chance.sample(list(parents), min(len(parents), chance.randint(1, 2)))
        links += [LinkInput(one, child, chance.choice([0.25, 1.0, 2.0, 3.7])) for one in chosen]
    return links


def _actuals(
    chance: Random, nodes: list[NodeInput], entities: int
) -> list[tuple[int, int, int, float, bool]]:
    return [
        (node, entity, period, round(chance.uniform(1, 20), 2), chance.random() < 0.2)
        for node, one in enumerate(nodes)
        if one.kpi is not None and not one.kpi.formula
        for entity in range(entities)
        if chance.random() < 0.8
        for period in range(20 // one.kpi.length.months)
        if chance.random() < 0.85
    ]


def _targets(
    chance: Random, nodes: list[NodeInput], entities: int
) -> list[tuple[int, int, int, int, float, float, float, float]]:
    rows = []
    for node, one in enumerate(nodes):
        if one.kpi is None or chance.random() < 0.3:
            continue
        for entity in range(entities):
            length = chance.choice(LENGTHS[one.kpi.length.rank :])
            for period in range(24 // length.months):
                if chance.random() < 0.85:
                    cells = _target_cells(chance, one.kpi.direction)
                    rows.append((node, entity, length.rank, period, *cells))
    return rows


def _target_cells(chance: Random, direction: str) -> tuple[float, float, float, float]:
    baseline = chance.choice([NAN, chance.uniform(1, 20)])
    if direction == "band":
        low = chance.uniform(5, 10)
        return baseline, NAN, low, low + chance.uniform(0, 5)
    return baseline, chance.uniform(1, 20), NAN, NAN


def _rates(chance: Random) -> RateArrays:
    months = np.array([chance.uniform(0.8, 1.2) for _ in range(24)])
    blank = {length: np.full(24 // length.months, NAN) for length in LENGTHS}
    return {
        "USD": {
            Length.MONTH: (months, months * 1.01),
            Length.QUARTER: (blank[Length.QUARTER], blank[Length.QUARTER]),
            Length.YEAR: (blank[Length.YEAR], blank[Length.YEAR]),
        }
    }


def part_of(inputs: CascadeInput, affected: frozenset[str]) -> CascadeInput:
    """Keep what a recompute of the affected nodes needs: them, formula inputs, their children."""
    keys = [node.key for node in inputs.nodes]
    formulas = Formulas(inputs.nodes)
    uses = {keys[node]: [keys[one] for one in used] for node, used in formulas.uses.items()}
    links = live_links(inputs.nodes, inputs.links)
    children = {keys[link.child] for link in links if keys[link.parent] in affected}
    with_figures = inputs_of(affected, uses)
    kept = [node for node in range(len(keys)) if keys[node] in with_figures | children]
    new = np.full(len(keys), -1)
    new[kept] = np.arange(len(kept))
    figured = np.array([key in with_figures for key in keys], dtype=np.bool_)
    actuals, targets = inputs.actuals, inputs.targets
    some, few = figured[actuals.kpi], figured[targets.kpi]
    return replace(
        inputs,
        nodes=tuple(inputs.nodes[node] for node in kept),
        links=tuple(
            LinkInput(int(new[link.parent]), int(new[link.child]), link.weight)
            for link in links
            if keys[link.parent] in affected
        ),
        actuals=ActualArrays(
            new[actuals.kpi[some]],
            actuals.entity[some],
            actuals.period[some],
            actuals.value[some],
            actuals.provisional[some],
        ),
        targets=TargetArrays(
            new[targets.kpi[few]],
            *(
                getattr(targets, name)[few]
                for name in ("entity", "length", "period", "baseline", "target", "low", "high")
            ),
        ),
    )
