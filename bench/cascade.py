"""A seeded, layered cascade in the database, of the sizes that the goals for speed speak of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

import numpy as np
from django.db import transaction
from django.db.models import Manager, Model, OuterRef, Subquery

from kpis.models import (
    KPI,
    Actual,
    ActualRevision,
    Node,
    NodeDefinition,
    Plan,
    PlanVersion,
    ReportingPeriod,
    Target,
)
from kpis.services.periods import ensure_periods
from objectives.models import CascadeLink, Objective
from organisation.models import Department, Entity, FiscalCalendar, Organisation, RecomputeRequest

Row = TypeVar("Row", bound=Model)

FAN_OUT = 5
SHARED = 0.15  # of the children stand beneath a second parent
MISSING = 0.05  # of the figures are not there
DEPARTMENTS = 12
FIRST_YEAR = 2021
BATCH = 2000


@dataclass(frozen=True)
class Size:
    """How many measured KPIs, over how many years of months."""

    leaves: int
    years: int


SIZES = {"S": Size(1000, 3), "M": Size(9600, 5), "L": Size(96_000, 5)}


@transaction.atomic
def fill(size: Size, seed: int) -> None:
    """Make an organisation whose only KPIs are the leaves; all above them are objectives."""
    random = np.random.default_rng(seed)
    _frame(size)
    levels = [size.leaves]
    while levels[-1] > 1:
        levels.append(max(levels[-1] // FAN_OUT, 1))
    nodes = [_nodes(depth, count, is_leaf=depth == 0) for depth, count in enumerate(levels)]
    for below, above in pairwise(nodes):
        _links(below, above, random)
    _figures(nodes[0], random)
    RecomputeRequest.objects.create(kind=RecomputeRequest.Kind.ALL, why="A new cascade")


def _frame(size: Size) -> None:
    organisation = Organisation.objects.create(name="Measured", currency="EUR")
    FiscalCalendar.objects.create(organisation=organisation, first_month=1)
    Entity.objects.create(code="GROUP", name="Group")
    PlanVersion.objects.create(plan=Plan.objects.create(name="Plan"), number=1)
    last = FIRST_YEAR + size.years - 1
    ensure_periods(first_on=date(FIRST_YEAR, 1, 1), last_on=date(last, 12, 31))
    _store(
        Department.objects,
        (Department(code=f"D{place:02}", name=f"D{place}") for place in range(DEPARTMENTS)),
    )


def _nodes(depth: int, count: int, *, is_leaf: bool) -> list[Node]:
    """Make the nodes of a level; a department's nodes stand side by side."""
    kind = Node.Kind.KPI if is_leaf else Node.Kind.OBJECTIVE
    nodes = _store(
        Node.objects, (Node(code=f"N{depth}-{place:06}", kind=kind) for place in range(count))
    )
    version = PlanVersion.objects.get()
    _store(
        NodeDefinition.objects,
        (
            NodeDefinition(
                version=version,
                node=node,
                direction="higher" if is_leaf else "",
                time_rollup="average" if is_leaf else "",
            )
            for node in nodes
        ),
    )
    departments = list(Department.objects.all())
    owner = {node.pk: departments[i * DEPARTMENTS // count] for i, node in enumerate(nodes)}
    if is_leaf:
        _store(
            KPI.objects,
            (
                KPI(
                    node=node,
                    name=node.code,
                    category="operational",
                    department=owner[node.pk],
                    frequency="monthly",
                )
                for node in nodes
            ),
        )
    else:
        _store(
            Objective.objects,
            (Objective(node=node, name=node.code, department=owner[node.pk]) for node in nodes),
        )
    return nodes


def _links(below: Sequence[Node], above: Sequence[Node], random: np.random.Generator) -> None:
    version = PlanVersion.objects.get()
    pairs = [(above[i * len(above) // len(below)], child) for i, child in enumerate(below)]
    for child, own in [(child, parent) for parent, child in pairs]:
        second = above[int(random.integers(0, len(above)))]
        if random.random() < SHARED and second != own:
            pairs.append((second, child))
    weights = random.integers(1, 10, len(pairs))
    _store(
        CascadeLink.objects,
        (
            CascadeLink(version=version, parent=parent, child=child, weight=Decimal(int(weight)))
            for (parent, child), weight in zip(pairs, weights, strict=True)
        ),
    )


def _figures(leaves: Sequence[Node], random: np.random.Generator) -> None:
    """Type a figure into most cells, and set a target for every KPI and year."""
    entity = Entity.objects.get()
    months = list(ReportingPeriod.objects.filter(kind="month").order_by("start_on"))
    years = list(ReportingPeriod.objects.filter(kind="year"))
    _store(
        Target.objects,
        (
            Target(
                kpi_id=leaf.pk, entity=entity, period=year, baseline=Decimal(0), target=Decimal(100)
            )
            for leaf in leaves
            for year in years
        ),
    )
    values = random.integers(1, 14_000, (len(leaves), len(months)))
    is_there = random.random(values.shape) >= MISSING
    for row, leaf in enumerate(leaves):
        places = np.flatnonzero(is_there[row])
        cells = _store(
            Actual.objects,
            (Actual(kpi_id=leaf.pk, entity=entity, period=months[place]) for place in places),
        )
        _store(
            ActualRevision.objects,
            (
                ActualRevision(
                    actual=cell,
                    number=1,
                    value=Decimal(int(values[row, place])) / 100,
                    status="approved",
                    path="import",
                )
                for cell, place in zip(cells, places, strict=True)
            ),
        )
    first = ActualRevision.objects.filter(actual=OuterRef("pk")).values("pk")[:1]
    Actual.objects.update(counted=Subquery(first))


def _store(table: Manager[Row], rows: Iterable[Row]) -> list[Row]:
    """Insert rows and return them with their keys."""
    return table.bulk_create(rows, batch_size=BATCH)
