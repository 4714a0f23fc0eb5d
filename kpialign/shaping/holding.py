"""What target holds in each period of a grid, and from which row it comes, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboards.figures import shown
from kpialign.interchange.rows import KPIRow, TargetRow
from kpialign.shaping.fiscal import Line, around

WORDS = {
    "sum": "A quarter's or year's row is split evenly: each period inside it takes an equal part,"
    " unless it has a row of its own. A longer period's target is the sum of those inside.",
    "average": "A quarter's or year's row holds in each period inside it that has no row of its"
    " own. A longer period's target is the mean of those inside.",
    "last": "A quarter's or year's row holds in each period inside it that has no row of its own."
    " A longer period's target is the last of those inside.",
    "formula": "A quarter's or year's row holds in that period, and in each one inside it that has"
    " no row of its own. A longer period without a row takes the mean of those inside.",
}
ANNUAL = "A year's row holds for the year."


@dataclass(frozen=True)
class Held:
    """What a period takes from a longer one."""

    text: str
    source: str


def rule_of(kpi: KPIRow) -> str:
    """Say how rows of longer periods hold or are split."""
    return ANNUAL if kpi.frequency == "annual" else WORDS[kpi.time_rollup]


def held_in(
    line: Line, kpi: KPIRow, lines: list[Line], rows: Mapping[str, TargetRow], shortest: int
) -> Held | None:
    """Say what a period of the KPI's own length takes from a longer row; None of its own."""
    if line.months != shortest or line.label in rows:
        return None
    for longer in around(line, lines):
        row = rows.get(longer.label)
        if row is not None:
            return _from(row, longer, kpi, longer.months // shortest)
    return None


def _from(row: TargetRow, longer: Line, kpi: KPIRow, parts: int) -> Held:
    splits = kpi.time_rollup == "sum"
    edges = [row.band_low, row.band_high] if kpi.direction == "band" else [row.target]
    values = [one / parts if splits else one for one in edges if isinstance(one, Decimal)]
    if len(values) != len(edges):
        return Held("no target", f"from {longer.name}")
    text = " to ".join(shown.full(float(one)) for one in values)
    return Held(text, f"1/{parts} of {longer.name}" if splits else f"from {longer.name}")
