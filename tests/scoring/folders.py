"""A small reader of conformance folders: CSV in, the scoring core's inputs out."""

import csv
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

import numpy as np

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
from kpialign.scoring.status import Thresholds

Row = dict[str, str]

FREQUENCIES = {"monthly": Length.MONTH, "quarterly": Length.QUARTER, "annual": Length.YEAR}


@dataclass(frozen=True)
class Axis:
    """The calendar of a folder: fiscal years from the first to the last that is mentioned."""

    first_month: int
    first_year: int
    years: int

    def calendar(self) -> Calendar:
        starts, ends = [], []
        for position in range(12 * self.years):
            year, month = divmod(self._origin + position, 12)
            starts.append(date(year, month + 1, 1).toordinal())
            ends.append(date(year, month + 1, monthrange(year, month + 1)[1]).toordinal())
        return Calendar(np.array(starts), np.array(ends))

    @property
    def _origin(self) -> int:
        shift = 12 if self.first_month > 1 else 0
        return self.first_year * 12 - shift + self.first_month - 1

    def month(self, label: str) -> int:
        year, month = label.split("-")
        return int(year) * 12 + int(month) - 1 - self._origin

    def place(self, label: str) -> tuple[Length, int]:
        if "-Q" in label:
            year, quarter = label.split("-Q")
            return Length.QUARTER, (int(year) - self.first_year) * 4 + int(quarter) - 1
        if "-" in label:
            return Length.MONTH, self.month(label)
        return Length.YEAR, int(label) - self.first_year

    def column(self, calendar: Calendar, label: str) -> int:
        return calendar.column(*self.place(label))


@dataclass(frozen=True)
class Folder:
    """One conformance folder, read."""

    inputs: CascadeInput
    axis: Axis
    thresholds: Thresholds
    root: str


def rows(folder: Path, sheet: str) -> list[Row]:
    path = folder / f"{sheet}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {name.lower(): cell.strip() for name, cell in row.items()}
            for row in csv.DictReader(file)
        ]


def read_folder(folder: Path) -> Folder:
    settings = {row["key"]: row["value"] for row in rows(folder, "settings")}
    axis = _axis(folder, int(settings.get("fiscal_year_start", "1")))
    calendar = axis.calendar()
    currency = settings["currency"]
    entities = _entities(rows(folder, "entities"), currency, axis)
    places = {entity.key: position for position, entity in enumerate(entities)}
    nodes = _nodes(folder, places)
    codes = {node.key: position for position, node in enumerate(nodes)}
    actuals = _actuals(rows(folder, "actuals"), codes, places, axis)
    start, end = span_of(actuals, nodes, calendar)
    inputs = CascadeInput(
        calendar=calendar,
        currency=currency,
        entities=entities,
        nodes=nodes,
        links=_links(rows(folder, "links"), codes),
        actuals=actuals,
        targets=_targets(rows(folder, "targets"), codes, places, axis),
        rates=_rates(rows(folder, "rates"), axis, calendar),
        span_start=start,
        span_end=end,
    )
    thresholds = Thresholds(
        float(settings.get("on_track", "90")),
        float(settings.get("at_risk", "70")),
        float(settings.get("min_coverage", "0.5")),
    )
    return Folder(inputs, axis, thresholds, entities[0].key)


def _axis(folder: Path, first_month: int) -> Axis:
    years = []
    for sheet in ("actuals", "targets", "rates"):
        for row in rows(folder, sheet):
            label = row["period"]
            year = int(label[:4])
            if "-" in label and "Q" not in label and first_month > 1:
                year += int(label[5:]) >= first_month
            years.append(year)
    years = years or [2026]
    return Axis(first_month, min(years), max(years) - min(years) + 1)


def _entities(found: list[Row], currency: str, axis: Axis) -> tuple[EntityInput, ...]:
    if not found:
        return (EntityInput("GROUP", -1, currency),)
    ordered: list[Row] = []
    waiting = [row for row in found if not row.get("parent")]
    while waiting:
        row = waiting.pop(0)
        ordered.append(row)
        waiting += [other for other in found if other.get("parent") == row["code"]]
    places = {row["code"]: position for position, row in enumerate(ordered)}
    return tuple(
        EntityInput(
            key=row["code"],
            parent=places.get(row.get("parent", ""), -1),
            currency=row.get("currency") or currency,
            active_from=axis.month(row["active_from"]) if row.get("active_from") else None,
            active_to=axis.month(row["active_to"]) if row.get("active_to") else None,
        )
        for row in ordered
    )


def _nodes(folder: Path, places: dict[str, int]) -> tuple[NodeInput, ...]:
    nodes = [
        NodeInput(
            key=row["code"],
            aggregation=cast("Aggregation", row.get("aggregation") or "arithmetic"),
            archived=row.get("state") == "archived",
        )
        for row in rows(folder, "objectives")
    ]
    for row in rows(folder, "kpis"):
        listed = tuple(places[code] for code in row.get("entities", "").split())
        kpi = KpiInput(
            length=FREQUENCIES[row["frequency"]],
            direction=cast("Direction", row["direction"]),
            time_rollup=cast("TimeRollup", row["time_rollup"]),
            entity_rollup=cast(
                "EntityRollup",
                row.get("entity_rollup") or ("formula" if row.get("formula") else "none"),
            ),
            formula=row.get("formula", ""),
            is_money=row.get("unit") == "money",
            reported_at=listed or None,
        )
        nodes.append(
            NodeInput(
                row["code"],
                kpi,
                cast("Aggregation", row.get("aggregation") or "arithmetic"),
                row.get("state") == "archived",
            )
        )
    return tuple(sorted(nodes, key=lambda node: node.key))


def _links(found: list[Row], codes: dict[str, int]) -> tuple[LinkInput, ...]:
    return tuple(
        LinkInput(codes[row["parent"]], codes[row["child"]], float(row["weight"]))
        for row in found
        if row.get("kind") in (None, "", "contributes")
    )


def _actuals(
    found: list[Row], codes: dict[str, int], places: dict[str, int], axis: Axis
) -> ActualArrays:
    return ActualArrays.of(
        [
            (
                codes[row["kpi"]],
                places.get(row.get("entity", ""), 0),
                axis.place(row["period"])[1],
                float(row["value"]),
                row.get("status") == "submitted",
            )
            for row in found
            if row.get("status") != "draft" and row["value"]
        ]
    )


def _targets(
    found: list[Row], codes: dict[str, int], places: dict[str, int], axis: Axis
) -> TargetArrays:
    cells = []
    for row in found:
        length, period = axis.place(row["period"])
        entity = places.get(row.get("entity", ""), 0)
        baseline, target, low, high = (
            float(row.get(name) or "nan")
            for name in ("baseline", "target", "band_low", "band_high")
        )
        node = codes[row["kpi"]]
        cells.append((node, entity, length.rank, period, baseline, target, low, high))
    return TargetArrays.of(cells)


def _rates(found: list[Row], axis: Axis, calendar: Calendar) -> RateArrays:
    rates: dict[str, dict[Length, tuple[np.ndarray, np.ndarray]]] = {}
    for row in found:
        if row["currency"] not in rates:
            rates[row["currency"]] = {
                length: (
                    np.full(calendar.count(length), np.nan),
                    np.full(calendar.count(length), np.nan),
                )
                for length in LENGTHS
            }
        length, period = axis.place(row["period"])
        average, closing = rates[row["currency"]][length]
        average[period] = float(row["average"])
        closing[period] = float(row["closing"])
    return rates
