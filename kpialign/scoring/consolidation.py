"""A group's own periods from those of its members."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kpialign.scoring.arrays import BoolArray, FloatArray
from kpialign.scoring.conversion import Conversion
from kpialign.scoring.inputs import KpiInput
from kpialign.scoring.series import finite


@dataclass(frozen=True, eq=False)
class Figures:
    """Own periods of KPIs that consolidate alike, arrays of shape [kpi, entity, period].

    What is `settled` at an entity stays as it is; the rest of a group is taken from its members.
    """

    value: FloatArray
    provisional: BoolArray
    settled: BoolArray
    consolidated: BoolArray


class Consolidation:
    """The tree of entities with the rates between them."""

    def __init__(self, children: Sequence[Sequence[int]], conversion: Conversion) -> None:
        """Remember who is whose member."""
        self.children = children
        self.conversion = conversion

    def fill(self, figures: Figures, part: BoolArray, in_time: BoolArray, kpi: KpiInput) -> None:
        """Fill the groups in place, members first; `kpi` stands for all of the KPIs."""
        for parent in reversed(range(len(self.children))):
            if self.children[parent]:
                self._fill_group(figures, part & in_time[parent], kpi, parent)

    def _fill_group(self, figures: Figures, part: BoolArray, kpi: KpiInput, parent: int) -> None:
        value, provisional = figures.value, figures.provisional
        total = np.zeros_like(value[:, parent])
        count = np.zeros(total.shape, dtype=np.int64)
        resting = np.zeros(total.shape, dtype=np.bool_)
        for child in self.children[parent]:
            taken = part[:, child]
            with np.errstate(over="ignore", invalid="ignore"):
                figure = self.conversion.converted(value[:, child], kpi, child=child, parent=parent)
                # A member without a figure is NaN here and makes the group's missing too.
                total = total + np.where(taken, figure, 0.0)
            count += taken
            resting |= taken & provisional[:, child]
        if kpi.entity_rollup == "average":
            total = total / np.maximum(count, 1)
        found = np.where(count > 0, finite(total), np.nan)
        open_here = ~figures.settled[:, parent]
        value[:, parent] = np.where(open_here, found, value[:, parent])
        provisional[:, parent] = np.where(open_here, resting, provisional[:, parent])
        figures.consolidated[:, parent] = open_here & ~np.isnan(found)
