"""Findings about figures: stale ones, missing rates, groups left out, drivers against results."""

from collections.abc import Iterator

import numpy as np

from kpialign.scoring.arrays import BoolArray
from kpialign.scoring.findings.finding import Case, Finding, Place
from kpialign.scoring.own import Block
from kpialign.scoring.status import Status, status_of


def figure_findings(case: Case) -> Iterator[Finding]:
    """Look through the figures of every KPI."""
    for block in case.workings.blocks.values():
        for row, node in enumerate(block.nodes.tolist()):
            if case.is_active_kpi(node):
                yield from _missing_rates(case, block, row, node)
                yield from _left_out(case, block, row, node)
                yield from _stale(case, block, row, node)
                yield from _against_drivers(case, block, node)


def _missing_rates(case: Case, block: Block, row: int, node: int) -> Iterator[Finding]:
    kpi = block.kpis[row]
    if not kpi.is_money or kpi.entity_rollup not in ("sum", "average"):
        return
    closing = kpi.time_rollup == "last"
    conversion = case.workings.consolidation.conversion
    entities = case.inputs.entities
    first = case.inputs.calendar.offset(block.length)
    for parent, children in enumerate(case.workings.consolidation.children):
        for child in children:
            currencies = {entities[child].currency, entities[parent].currency}
            figures = ~np.isnan(block.figures.value[row, child]) & block.part[row, child]
            wanted = figures & block.in_time[parent] & ~block.figures.settled[row, parent]
            for currency in sorted(currencies) if len(currencies) > 1 else ():
                rates = conversion.rate(currency, block.length, closing=closing)
                for period in np.flatnonzero(wanted & np.isnan(rates)):
                    kind = "closing" if closing else "average"
                    column = first + int(period)
                    yield case.error(
                        "missing_rate",
                        Place(node, parent, column),
                        f"no {kind} rate of {currency} for {case.around.label(column)}, "
                        f"so that {entities[child].key} cannot be consolidated",
                        f"enter the rates of {currency} for {case.around.label(column)}",
                    )


def _left_out(case: Case, block: Block, row: int, node: int) -> Iterator[Finding]:
    present = ~np.isnan(block.figures.value[row])
    for parent, children in enumerate(case.workings.consolidation.children):
        if children and present[children].any() and not present[parent].any():
            if block.kpis[row].entity_rollup in ("sum", "average"):
                continue
            yield case.warning(
                "not_in_group",
                Place(node, parent),
                "the KPI is measured in members of this entity but not for the entity itself",
                "choose how the KPI consolidates, or enter its figure for the group",
            )


def _stale(case: Case, block: Block, row: int, node: int) -> Iterator[Finding]:
    as_of = case.around.as_of if case.around.as_of is not None else case.inputs.span_end
    if block.kpis[row].formula or as_of is None:
        return
    calendar = case.inputs.calendar
    ended = np.flatnonzero(calendar.end(block.length) <= as_of)
    if not ended.size:
        return
    latest = int(ended[-1])
    column = calendar.column(block.length, latest)
    for entity in np.flatnonzero(_expected(case, block, row, latest)):
        there = np.flatnonzero(~np.isnan(block.figures.value[row, entity, : latest + 1]))
        if there.size and there[-1] == latest:
            continue
        before = "nor any before"
        if there.size:
            before = f"the last one is for {_label(case, block, int(there[-1]))}"
        yield case.warning(
            "stale",
            Place(node, int(entity), column),
            f"no figure for {case.around.label(column)}, {before}",
            "enter the figure, or archive the KPI",
        )


def _label(case: Case, block: Block, period: int) -> str:
    return case.around.label(case.inputs.calendar.column(block.length, period))


def _expected(case: Case, block: Block, row: int, period: int) -> BoolArray:
    kpi = block.kpis[row]
    active = case.workings.frame.active[block.length][:, period]
    if kpi.reported_at is not None:
        expected = np.zeros_like(active)
        expected[list(kpi.reported_at)] = True
    else:
        first = case.workings.first_months[block.nodes[row]]
        expected = first < (period + 1) * block.length.months
    if kpi.entity_rollup in ("sum", "average"):
        expected &= np.array([not some for some in case.workings.consolidation.children])
    result: BoolArray = expected & active
    return result


def _against_drivers(case: Case, block: Block, node: int) -> Iterator[Finding]:
    results, limits = case.results, case.around.thresholds
    ended = case.workings.frame.ended[block.length]
    first = case.inputs.calendar.offset(block.length)
    for entity in range(len(case.inputs.entities)):
        scored = ~np.isnan(results.target[entity, node, first : first + len(ended)])
        periods = np.flatnonzero(scored & ended & block.in_time[entity])
        if not periods.size:
            continue
        column = first + int(periods[-1])
        driver = results.driver[entity, node, column]
        cell = (entity, node, column)
        result = status_of(results.score[cell], results.coverage[cell], limits)
        drivers = status_of(driver, 1.0, limits)
        if (result, drivers) == (Status.OFF_TRACK, Status.ON_TRACK):
            yield case.warning(
                "green_drivers_red_result",
                Place(node, entity, column),
                f"its drivers score {driver:.1f} while the result scores "
                f"{results.score[cell]:.1f}: the cascade may measure the wrong things",
                "look for the driver that is missing, or for one that does not move the result",
            )
