"""What each component of alignment counts, in words, and what lowers it, the worst first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np

from dashboards.figures import shown
from dashboards.selectors.alignment import Aligned
from dashboards.selectors.board import Board
from kpialign.scoring.aligned import Load
from kpialign.scoring.alignment import is_dead_weight, within_limit

MOST_NAMED = 4
SEEN = 0.05  # what one decimal can show


@dataclass(frozen=True)
class Culprit:
    """A node or department that lowers a component, in what way, and by how many points."""

    code: str
    name: str
    how: str
    points: float
    is_node: bool = True


@dataclass(frozen=True)
class Counted:
    """The arithmetic of a component in a sentence, and all that lowers it."""

    words: str
    culprits: Sequence[Culprit]
    missing: str  # why there is nothing to count


class Lowered:
    """The components of one scope, told one by one."""

    def __init__(self, board: Board, aligned: Aligned, day: str) -> None:
        """Keep what every component asks for; `day` is the one on which freshness is judged."""
        self._board, self._aligned, self._day = board, aligned, day
        self._codes = board.standing.table.codes
        self._shape, self._scope = aligned.shape, aligned.scope

    def told(self, name: str) -> Counted:
        """Tell of a component."""
        tellers: dict[str, Callable[[], Counted]] = {
            "linkage": self._linkage,
            "financial_linkage": self._financial_linkage,
            "freshness": self._freshness,
            "focus": self._focus,
            "decisiveness": self._decisiveness,
            "consistency": self._consistency,
        }
        return tellers[name]()

    def _linkage(self) -> Counted:
        kpis = self._scope.kpis
        loose = [at for at in kpis if at not in self._shape.linked]
        held = f"{len(kpis) - len(loose)} of {many(len(kpis), 'KPI')}"
        words = f"{held} {_leads(len(kpis))} up to an objective."
        return Counted(words, self._each(loose, len(kpis)), "It has no KPI.")

    def _financial_linkage(self) -> Counted:
        others = [at for at in self._scope.kpis if at not in self._shape.financial]
        loose = [at for at in others if at not in self._shape.to_financial]
        words = (
            f"{len(others) - len(loose)} of {many(len(others), 'KPI')} not financial "
            f"{_leads(len(others))} up to a financial KPI or objective."
        )
        return Counted(words, self._each(loose, len(others)), "It has no KPI but financial ones.")

    def _freshness(self) -> Counted:
        standing = self._aligned.standing
        whole = float(sum(standing.influence[at] for at in self._scope.kpis))
        late = [
            at for at in self._scope.kpis if standing.influence[at] and not standing.current[at]
        ]
        culprits = [
            self._culprit(
                at,
                f"{shown.share(float(standing.influence[at]) / whole)} of influence",
                100 * float(standing.influence[at]) / whole,
            )
            for at in late
        ]
        current = sum(
            float(standing.influence[at]) for at in self._scope.kpis if standing.current[at]
        )
        part = shown.share(current / whole) if whole else shown.UNKNOWN
        words = f"{part} of influence stands on KPIs whose latest figure was in on {self._day}."
        return Counted(words, _worst_first(culprits), "None of its KPIs is scored in the period.")

    def _focus(self) -> Counted:
        loads = self._scope.loads
        culprits = [
            Culprit(
                *self._owner(load),
                f"{load.count} KPIs, limit {load.limit}",
                (100 - within_limit(load.count, load.limit)) / len(loads),
                is_node=isinstance(load.owner, int),
            )
            for load in loads
            if load.count > load.limit
        ]
        held = f"{len(loads) - len(culprits)} of {len(loads)}"
        words = f"{held} objectives and departments with KPIs keep to their limit"
        words += "; each other counts by its limit over its number." if culprits else "."
        return Counted(words, _worst_first(culprits), "No objective or department has a KPI.")

    def _owner(self, load: Load) -> tuple[str, str]:
        """Give code and name of an objective or department with KPIs."""
        if isinstance(load.owner, int):
            return self._codes[load.owner], self._name(load.owner)
        nodes = self._board.cascade.nodes.values()
        names = {node.department: node.department_name for node in nodes}
        return load.owner, names.get(load.owner, load.owner)

    def _decisiveness(self) -> Counted:
        links = self._scope.links
        light = [(link, share) for link, share in links if is_dead_weight(share)]
        culprits = [
            self._culprit(
                link.child,
                f"{share:.1%} of {self._name(link.parent)}".replace("%", "\u00a0%"),
                100 / len(links),
            )
            for link, share in light
        ]
        heavy = f"{len(links) - len(light)} of {many(len(links), 'link')}"
        weigh = "weighs" if len(links) == 1 else "weigh"
        words = (
            f"{heavy} {weigh} at least 2\u00a0% of {'its' if len(links) == 1 else 'their'} parent."
        )
        return Counted(words, culprits, "It has no link.")

    def _consistency(self) -> Counted:
        standing = self._aligned.standing
        gaps = np.abs(standing.result - standing.driver)
        known = [at for at in self._scope.kpis if not isnan(gaps[at])]
        culprits = [
            self._culprit(
                at,
                f"result {shown.points(float(standing.result[at]))}, "
                f"drivers {shown.points(float(standing.driver[at]))}",
                float(gaps[at]) / len(known),
            )
            for at in known
            if gaps[at] >= SEEN
        ]
        mean = sum(float(gaps[at]) for at in known) / len(known) if known else 0.0
        words = (
            f"Results and drivers lie {shown.points(mean)} points apart in the mean, over "
            f"{many(len(known), 'KPI')} with both."
        )
        missing = "No KPI has both a result and drivers with a score."
        return Counted(words, _worst_first(culprits), missing)

    def _each(self, places: Iterable[int], whole: int) -> list[Culprit]:
        return [self._culprit(at, "", 100 / whole) for at in places]

    def _culprit(self, at: int, how: str, points: float) -> Culprit:
        return Culprit(self._codes[at], self._name(at), how, points)

    def _name(self, at: int) -> str:
        node = self._board.cascade.nodes.get(self._codes[at])
        return node.name if node else self._codes[at]


def many(count: int, what: str) -> str:
    """Count things in words.

    >>> many(1, "KPI"), many(2, "link")
    ('1 KPI', '2 links')
    """
    return f"{count} {what}{'' if count == 1 else 's'}"


def _leads(count: int) -> str:
    return "leads" if count == 1 else "lead"


def _worst_first(culprits: Iterable[Culprit]) -> list[Culprit]:
    return sorted(culprits, key=lambda one: (-one.points, one.name))
