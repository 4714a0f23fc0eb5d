"""From loaded inputs to what snapshots keep: rows in one order, labels instead of keys."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TypeVar

import numpy as np

from dashboards.frozen import Frozen
from dashboards.loading import Loaded
from kpialign.scoring.arrays import IntArray
from kpialign.scoring.inputs import ActualArrays, TargetArrays

Arrays = TypeVar("Arrays", ActualArrays, TargetArrays)


def frozen_of(loaded: Loaded, labels: Mapping[int, str]) -> Frozen:
    """Order what was loaded, so that the same inputs give the same bytes on any database."""
    inputs = loaded.inputs
    actuals, targets = inputs.actuals, inputs.targets
    order = np.lexsort((actuals.period, actuals.kpi, actuals.entity))
    target_order = np.lexsort((targets.period, targets.length, targets.kpi, targets.entity))
    return Frozen(
        inputs=replace(
            inputs,
            links=tuple(sorted(inputs.links, key=lambda link: (link.parent, link.child))),
            actuals=_ordered(actuals, order),
            targets=_ordered(targets, target_order),
        ),
        revisions=loaded.revisions[order],
        labels=tuple(labels[pk] for pk in loaded.period_ids),
    )


def _ordered(arrays: Arrays, order: IntArray) -> Arrays:
    return type(arrays)(**{one.name: getattr(arrays, one.name)[order] for one in fields(arrays)})
