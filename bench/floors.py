"""What the machine itself can do: the same sums written as plainly and as fast as they can be."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from kpialign.scoring.arrays import FloatArray, IntArray
from kpialign.scoring.inputs import CascadeInput, Length
from kpialign.scoring.results import Results

RUN = 1024  # links that are added up together, so that they stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Run:
    """Whole parents of one level: their links lie side by side, from each start to the next."""

    parents: IntArray
    starts: IntArray
    children: IntArray
    weights: FloatArray


@dataclass(frozen=True, eq=False)
class Problem:
    """Months alone, one entity, weighted means: what the floor computes."""

    runs: tuple[Run, ...]
    actual: FloatArray  # [node, month], NaN unknown and for objectives
    target: FloatArray


def problem_of(inputs: CascadeInput, results: Results) -> Problem:
    """Take the months and the links of a cascade that was computed."""
    months = slice(0, inputs.calendar.count(Length.MONTH))
    return Problem(_runs(inputs), results.value[0][:, months], results.target[0][:, months])


def _runs(inputs: CascadeInput) -> tuple[Run, ...]:
    links: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for link in inputs.links:
        links[link.parent].append((link.child, link.weight))
    level: dict[int, int] = {}
    for node in sorted(links, key=lambda one: inputs.nodes[one].key):  # N1 before N2
        level[node] = 1 + max(level.get(child, 0) for child, _ in links[node])
    found, waiting, size = [], [], 0
    ordered = sorted(links, key=lambda node: level[node])
    for place, node in enumerate(ordered):
        waiting.append(node)
        size += len(links[node])
        is_last = place + 1 == len(ordered) or level[ordered[place + 1]] != level[node]
        if size >= RUN or is_last:
            found.append(_run(waiting, links))
            waiting, size = [], 0
    return tuple(found)


def _run(parents: list[int], links: dict[int, list[tuple[int, float]]]) -> Run:
    ordered = [sorted(links[parent]) for parent in parents]
    counts = [len(some) for some in ordered]
    return Run(
        parents=np.array(parents),
        starts=np.cumsum([0, *counts[:-1]]),
        children=np.array([child for some in ordered for child, _ in some]),
        weights=np.array([weight for some in ordered for _, weight in some])[:, None],
    )


def by_numpy(problem: Problem) -> FloatArray:
    """Compute scores and coverage with whole arrays."""
    with np.errstate(invalid="ignore", divide="ignore"):
        score = np.clip(problem.actual / problem.target, 0, 1) * 100
        known = ~np.isnan(score)
        coverage = known.astype(np.float64)
        for run in problem.runs:
            there = known[run.children] * run.weights
            kept = np.where(there > 0, score[run.children], 0)
            weight = np.add.reduceat(there, run.starts, axis=0)
            score[run.parents] = np.add.reduceat(kept * there, run.starts, axis=0) / weight
            known[run.parents] = weight > 0
            part = np.add.reduceat(coverage[run.children] * run.weights, run.starts, axis=0)
            coverage[run.parents] = part / np.add.reduceat(run.weights, run.starts, axis=0)
    return score


def by_loops(problem: Problem) -> list[list[float | None]]:
    """Compute the same with nothing but Python."""
    rows: list[list[float | None]] = [
        [
            min(1.0, max(0.0, one / wanted)) * 100 if one == one and wanted else None  # noqa: PLR0124  NaN
            for one, wanted in zip(actuals, targets, strict=True)
        ]
        for actuals, targets in zip(problem.actual.tolist(), problem.target.tolist(), strict=True)
    ]
    covered = [[0.0 if one is None else 1.0 for one in row] for row in rows]
    for run in problem.runs:
        ends = [*run.starts[1:].tolist(), len(run.children)]
        for parent, start, end in zip(run.parents.tolist(), run.starts.tolist(), ends, strict=True):
            children = run.children[start:end].tolist()
            weights = run.weights[start:end, 0].tolist()
            for month in range(len(rows[parent])):
                total = above = part = 0.0
                for child, weight in zip(children, weights, strict=True):
                    score = rows[child][month]
                    part += weight * covered[child][month]
                    if score is not None:
                        total += weight
                        above += weight * score
                rows[parent][month] = above / total if total else None
                covered[parent][month] = part / sum(weights)
    return rows
