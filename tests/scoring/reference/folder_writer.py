"""Sheets written as the folder form of the workbook, as different programs write it."""

import csv
import random
from pathlib import Path

from tests.scoring.reference.figure_maker import Sheets


def write_folder(folder: Path, sheets: Sheets, seed: int = 0) -> None:
    """Write a file for each sheet: columns in any order, headers in any case, at times a BOM."""
    rng = random.Random(seed)  # noqa: S311
    folder.mkdir(parents=True, exist_ok=True)
    encoding = rng.choice(("utf-8", "utf-8-sig"))
    shuffled = rng.random() < 0.3
    for name, rows in sheets.items():
        if not rows:
            continue
        columns = list(rows[0])
        if shuffled:
            rng.shuffle(columns)
        headers = [c.upper() if rng.random() < 0.1 else c for c in columns]
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file)
            writer.writerow(headers)
            writer.writerows([row[column] for column in columns] for row in rows)
