"""The settings that a file can carry: how each is read, and what an empty cell sets."""

import zoneinfo
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from kpialign.interchange import cells, figures
from kpialign.interchange.cells import Cell, Reader
from kpialign.interchange.problems import CellError, shown
from kpialign.scoring.alignment import COMPONENTS

WEIGHT = "weight_"
SettingValue = str | int | Decimal
DEFAULT_ORGANISATION, DEFAULT_CURRENCY, DEFAULT_PLAN = "Organisation", "EUR", "Plan"


@dataclass(frozen=True)
class Setting:
    """One key: how its value is read, and its default."""

    reader: Reader
    default: SettingValue


def _figure(least: int, most: int) -> Reader:
    def read(cell: Cell) -> Decimal:
        value = figures.read_figure(cell, figures.column_marks([cell]))
        if not isinstance(value, Decimal) or not least <= value <= most:
            raise CellError(f"{cells.described(cell)} does not fit", f"{least} to {most}")
        return figures.to_fifteen_digits(value)

    return read


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _time_zone(cell: Cell) -> str:
    cells.refuse_bad(cell)
    if not isinstance(cell, str) or cell.strip() not in _time_zones():
        raise CellError(f"{shown(cell)} is not a time zone", "a name such as Europe/Berlin")
    return cell.strip()


SETTINGS: dict[str, Setting] = {
    "organisation": Setting(cells.name, DEFAULT_ORGANISATION),
    "currency": Setting(cells.currency, DEFAULT_CURRENCY),
    "fiscal_year_start": Setting(cells.whole(1, 12), 1),
    "timezone": Setting(_time_zone, "UTC"),
    "plan": Setting(cells.name, DEFAULT_PLAN),
    "on_track": Setting(_figure(0, 100), Decimal(90)),
    "at_risk": Setting(_figure(0, 100), Decimal(70)),
    "min_coverage": Setting(_figure(0, 1), Decimal("0.5")),
    "kpis_per_objective": Setting(cells.whole(1, 100_000), 7),
    "kpis_per_department": Setting(cells.whole(1, 100_000), 12),
    **{WEIGHT + name: Setting(_figure(0, 1_000_000), Decimal(1)) for name in COMPONENTS},
}
SETTING_WORDS = ", ".join(SETTINGS)


def as_weight(kept: object) -> Decimal:
    """Read a component's weight back from where it is kept as text."""
    return Decimal(str(kept))
