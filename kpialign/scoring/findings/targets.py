"""Findings about targets: unusable ones, missing ones, gaps between figures and targets."""

from collections.abc import Iterator

import numpy as np

from kpialign.scoring.attainment import (
    Aims,
    is_all_or_nothing,
    needs_baseline,
    points_away,
)
from kpialign.scoring.findings.finding import Case, Finding, Place
from kpialign.scoring.inputs import LENGTHS, Direction
from kpialign.scoring.own import Block
from kpialign.scoring.result import BlockResult

RowCheck = tuple[str, str, str]

POINTS_AWAY: RowCheck = (
    "target_worse_than_baseline",
    "the target is worse than the baseline, so that the score is unknown",
    "correct the target, the baseline or the KPI's direction",
)
BAND_REVERSED: RowCheck = (
    "band_reversed",
    "the band's lower edge is above its upper edge",
    "exchange the two edges",
)
NEEDS_BASELINE: RowCheck = (
    "needs_baseline",
    "a target of zero or less needs a baseline; without it the score is unknown",
    "give the target a baseline",
)
ALL_OR_NOTHING: RowCheck = (
    "all_or_nothing",
    "target and baseline are equal, so that the score is 0 or 100 and nothing between",
    "give a baseline that differs from the target",
)


def target_findings(case: Case) -> Iterator[Finding]:
    """Look through every target row, and through what has none."""
    yield from _rows(case)
    yield from _without_target(case)
    for block in case.workings.blocks.values():
        worked = BlockResult(
            case.inputs, block, case.workings.calculation, case.workings.consolidation
        )
        yield from _gaps(case, worked)
        yield from _ended_targets(case, block, worked)


def _rows(case: Case) -> Iterator[Finding]:
    targets = case.inputs.targets
    calendar = case.inputs.calendar
    for row, node in enumerate(targets.kpi.tolist()):
        kpi = case.inputs.nodes[node].kpi
        if kpi is None or not case.is_active_kpi(node):
            continue
        cells = (targets.baseline, targets.target, targets.low, targets.high)
        aims = Aims(*(cell[row : row + 1] for cell in cells))
        length = LENGTHS[int(targets.length[row])]
        column = calendar.column(length, int(targets.period[row]))
        place = Place(node, int(targets.entity[row]), column)
        for rule, message, fix in _wrong(aims, kpi.direction):
            is_error = rule in (POINTS_AWAY[0], BAND_REVERSED[0])
            report = case.error if is_error else case.warning
            yield report(rule, place, message, fix)


def _wrong(aims: Aims, direction: Direction) -> Iterator[RowCheck]:
    if direction == "band":
        if (aims.low > aims.high).any():
            yield BAND_REVERSED
        return
    if points_away(aims, direction).any():
        yield POINTS_AWAY
    if needs_baseline(aims, direction).any():
        yield NEEDS_BASELINE
    if is_all_or_nothing(aims, direction).any():
        yield ALL_OR_NOTHING


def _without_target(case: Case) -> Iterator[Finding]:
    with_target = set(case.inputs.targets.kpi.tolist())
    parents = {link.parent for link in case.inputs.links}
    inputs = case.pure_inputs()
    for node in range(len(case.inputs.nodes)):
        is_left_out = node in with_target or node in parents or node in inputs
        if case.is_active_kpi(node) and not is_left_out:
            yield case.warning(
                "no_target",
                Place(node),
                "the KPI has no target and is not scored",
                "set a target, or archive the KPI",
            )


def _gaps(case: Case, worked: BlockResult) -> Iterator[Finding]:
    for group, length, gap in worked.gaps():
        first = case.inputs.calendar.offset(length)
        for row, entity, period in np.argwhere(gap).tolist():
            node = int(group.nodes[row])
            if case.is_active_kpi(node):
                yield case.warning(
                    "target_gap",
                    Place(node, entity, first + period),
                    "a period inside has a figure and no target, so that this one has no target",
                    "set a target for every period that has a figure",
                )


def _ended_targets(case: Case, block: Block, worked: BlockResult) -> Iterator[Finding]:
    parents = {link.parent for link in case.inputs.links}
    first = case.inputs.calendar.offset(block.length)
    for group in worked.groups:
        in_force = worked.targets.aims(group.rows).in_force(group.kpi.direction)
        lacking = ~np.isnan(block.figures.value[group.rows]) & ~in_force
        latest = block.in_time.shape[1] - 1 - np.argmax(lacking[..., ::-1], axis=-1)
        reported = np.logical_and(lacking.any(axis=-1), in_force.any(axis=-1))
        for row, entity in np.argwhere(reported).tolist():
            node = int(group.nodes[row])
            if case.is_active_kpi(node) and node not in parents:
                count = int(lacking[row, entity].sum())
                yield case.warning(
                    "no_target",
                    Place(node, entity, first + int(latest[row, entity])),
                    f"figures of {count} periods, this one the latest, have no target in force "
                    "and are not scored",
                    "set a target for every period that has a figure",
                )
