"""Counted actuals, targets and rates as arrays of positions and float64."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Cast
from numpy.typing import NDArray

from dashboards.axis import Axis
from kpialign.scoring.arrays import BoolArray, FloatArray, IntArray
from kpialign.scoring.inputs import LENGTHS, ActualArrays, Length, RateArrays, TargetArrays
from kpis.models import Actual, ActualRevision, Rate, Target

DIGITS = 15  # what both databases keep of a figure
# Of more KPIs than these all rows are read and sieved here: a statement takes a limited number
# of parameters.
MOST_LISTED = 900
KEYS = [("kpi", "i8"), ("entity", "i8"), ("period", "i8")]
EDGES = ("baseline", "target", "low", "high")


@dataclass(frozen=True, eq=False)
class Places:
    """The keys of nodes and entities in the order of their positions.

    `kpi_ids` are the KPIs whose figures are wanted; None: those of all.
    """

    axis: Axis
    node_ids: Sequence[int]
    entity_ids: Sequence[int]
    kpi_ids: Sequence[int] | None


def load_actuals(
    places: Places, lengths: IntArray, *, is_numbered: bool = False
) -> tuple[ActualArrays, IntArray]:
    """Load the counted actuals; `lengths` is the rank of each node's own length, -1 for none.

    Beside them stand the numbers of their revisions, zeros where these are not asked for.
    """
    submitted = Q(counted__status=ActualRevision.Status.SUBMITTED)
    rows = _wanted(Actual.objects.filter(counted__value__isnull=False), places).values_list(
        "kpi_id",
        "entity_id",
        "period_id",
        Cast("counted__value", FloatField()),
        ExpressionWrapper(submitted, output_field=BooleanField()),
        F("counted__number") if is_numbered else Value(0),
    )
    columns = [*KEYS, ("value", "f8"), ("provisional", "?"), ("number", "i8")]
    table = _table(rows.iterator(), columns)
    kpi, entity, period, inside = _positions(places, table)
    own = inside & (period[:, 0] == lengths[kpi]) if len(table) else inside
    actuals = ActualArrays(
        kpi=kpi[own],
        entity=entity[own],
        period=period[own, 1],
        value=_exact(table["value"][own]),
        provisional=np.ascontiguousarray(table["provisional"][own]),
    )
    return actuals, np.ascontiguousarray(table["number"][own])


def load_targets(places: Places) -> TargetArrays:
    """Load the target rows."""
    rows = _wanted(Target.objects.all(), places).values_list(
        "kpi_id",
        "entity_id",
        "period_id",
        Cast("baseline", FloatField()),
        Cast(F("target"), FloatField()),
        Cast("band_low", FloatField()),
        Cast("band_high", FloatField()),
    )
    table = _table(rows.iterator(), [*KEYS, *((edge, "f8") for edge in EDGES)])
    kpi, entity, period, inside = _positions(places, table)
    edges = {edge: _exact(table[edge][inside]) for edge in EDGES}
    return TargetArrays(
        kpi=kpi[inside],
        entity=entity[inside],
        length=period[inside, 0],
        period=period[inside, 1],
        **edges,
    )


def load_rates(axis: Axis) -> RateArrays:
    """Load the average and closing rate of each currency and period, NaN where there is none."""
    rates: dict[str, dict[Length, tuple[FloatArray, FloatArray]]] = {}
    rows = Rate.objects.values_list("currency", "period", "average", "closing").order_by()
    for currency, period, average, closing in rows:
        if period in axis.index:
            length, index = axis.index[period]
            averages, closings = rates.setdefault(currency, _blank_rates(axis))[length]
            averages[index], closings[index] = float(average), float(closing)
    return rates


def _blank_rates(axis: Axis) -> dict[Length, tuple[FloatArray, FloatArray]]:
    counts = {length: axis.calendar.count(length) for length in LENGTHS}
    return {
        length: (np.full(count, np.nan), np.full(count, np.nan)) for length, count in counts.items()
    }


def _wanted(rows: QuerySet[Any], places: Places) -> QuerySet[Any]:
    if places.kpi_ids is not None and len(places.kpi_ids) <= MOST_LISTED:
        rows = rows.filter(kpi__in=places.kpi_ids)
    return rows.order_by()


def _table(rows: Iterable[tuple[Any, ...]], columns: list[tuple[str, str]]) -> NDArray[np.void]:
    return np.fromiter(rows, dtype=np.dtype(columns))


def _positions(
    places: Places, table: NDArray[np.void]
) -> tuple[IntArray, IntArray, IntArray, BoolArray]:
    """Give node, entity and (rank, index) of the period of each row, and which rows have all."""
    wanted = places.node_ids if places.kpi_ids is None else places.kpi_ids
    kpi, known_kpi = _lookup(table["kpi"], places.node_ids)
    entity, known_entity = _lookup(table["entity"], places.entity_ids)
    row, known_period = _lookup(table["period"], tuple(places.axis.index))
    periods = [(length.rank, index) for length, index in places.axis.index.values()]
    period = np.array(periods, dtype=np.int64).reshape(-1, 2)[row]
    inside = known_kpi & known_entity & known_period
    return kpi, entity, period, inside & np.isin(table["kpi"], np.array(wanted, dtype=np.int64))


def _lookup(wanted: IntArray, keys: Sequence[int]) -> tuple[IntArray, BoolArray]:
    """Give the position of each key, and whether it is there (its position is 0 if not)."""
    held = np.array(keys, dtype=np.int64)
    if not len(held):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    order = np.argsort(held)
    place = np.searchsorted(held, wanted, sorter=order)
    position = order[np.minimum(place, len(held) - 1)]
    found = held[position] == wanted
    return np.where(found, position, 0), found


def _exact(values: FloatArray) -> FloatArray:
    """Give the floats nearest to the decimals; SQLite reads some of them one bit off."""
    if connection.vendor != "sqlite":
        return np.ascontiguousarray(values)
    return np.array([float(f"{value:.{DIGITS}g}") for value in values.tolist()], dtype=np.float64)
