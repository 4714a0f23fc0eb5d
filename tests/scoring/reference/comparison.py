"""Two sets of rows held against each other: numbers to a relative tolerance, the rest exactly."""

import csv
from collections.abc import Mapping
from pathlib import Path

from tests.scoring.reference.rows import COLUMNS, KEY, Row

EXACT = {"period", "entity", "node_type", "code", "status", "provisional", "department", "node"}


def read_rows(path: Path, key: tuple[str, ...] = KEY) -> dict[tuple[str, ...], Row]:
    """Read an export."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {tuple(row[part] for part in key): dict(row) for row in csv.DictReader(file)}


def holds_nothing(row: Row) -> bool:
    """Whether a row may be left out: no value, and not scored."""
    return not row.get("value") and not row.get("score") and not row.get("coverage")


# What a difference is measured against at least: scores and attainments near nothing come from
# differences of large figures.
SCALE = dict.fromkeys(("score", "driver_score", "score_low", "score_high"), 100.0) | {
    "attainment": 1.0,
    "coverage": 1.0,
}


def alike(column: str, left: str, right: str, tolerance: float) -> bool:
    """Whether two cells agree."""
    if column in EXACT or not left or not right:
        return left == right
    one, two = float(left), float(right)
    return abs(one - two) <= tolerance * max(abs(one), abs(two), SCALE.get(column, 0.0))


def differences(
    left: Mapping[tuple[str, ...], Row],
    right: Mapping[tuple[str, ...], Row],
    tolerance: float,
    columns: tuple[str, ...] = COLUMNS,
) -> list[str]:
    """Each cell in which two exports differ, in words."""
    found = []
    for key in sorted(set(left) | set(right)):
        one, two = left.get(key), right.get(key)
        if one is None or two is None:
            there = one or two
            if there and not holds_nothing(there):
                found.append(f"{key}: only in {'right' if one is None else 'left'}: {there}")
            continue
        found += [
            f"{key} {column}: {one[column]!r} and {two[column]!r}"
            for column in columns
            if not alike(column, one.get(column, ""), two.get(column, ""), tolerance)
        ]
    return found
