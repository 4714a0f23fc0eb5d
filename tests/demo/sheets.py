"""The demo's sheets as they lie in its folder."""

import csv
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "demo" / "texas_instruments"
FIRST, LAST, OPEN = "2009-Q2", "2026-Q1", "2026-Q2"

Row = dict[str, str]


@cache
def sheet(name: str) -> list[Row]:
    """Read one sheet."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(name: str, of: str) -> set[str]:
    """List the distinct texts of one column, the empty one left out."""
    return {row[of] for row in sheet(name)} - {""}


@cache
def actuals() -> dict[tuple[str, str], int]:
    """Map KPI and period to the figure."""
    return {(row["kpi"], row["period"]): int(row["value"]) for row in sheet("actuals")}


@cache
def targets() -> dict[tuple[str, str], Row]:
    """Map KPI and period to the target row."""
    return {(row["kpi"], row["period"]): row for row in sheet("targets")}


def quarters(first: str, last: str) -> list[str]:
    """List the quarters from the first to the last."""
    names = [f"{year}-Q{number}" for year in range(2009, 2027) for number in (1, 2, 3, 4)]
    return names[names.index(first) : names.index(last) + 1]
