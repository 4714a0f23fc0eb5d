"""A second file that changes some rows of a cascade, and the cascade as it then stands."""

import random
from collections.abc import Callable

from tests.scoring.reference.figure_maker import Sheets
from tests.scoring.reference.generator import WEIGHTS

Row = dict[str, str]
Alter = Callable[[random.Random, Row], None]


def change(sheets: Sheets, seed: int) -> tuple[Sheets, Sheets]:
    """Change figures, targets, weights, definitions; give the file of changes and the whole."""
    rng = random.Random(seed)  # noqa: S311
    whole = {name: [dict(row) for row in rows] for name, rows in sheets.items()}
    changed: Sheets = {}
    for sheet, alter in ALTER.items():
        if whole.get(sheet) and rng.random() < 0.5:
            some = rng.sample(whole[sheet], min(len(whole[sheet]), rng.choice((1, 1, 2, 5))))
            for row in some:
                alter(rng, row)
            changed[sheet] = some
    if "links" in changed:
        if rng.random() < 0.3:
            whole["links"] = take_one_away(whole["links"], changed["links"][0])
        parents = {row["parent"] for row in changed["links"]}
        changed["links"] = [row for row in whole["links"] if row["parent"] in parents]
    if rng.random() < 0.3:
        changed["actuals"] = changed.get("actuals", []) + drafts_beside(rng, whole)
    return {name: rows for name, rows in changed.items() if rows}, whole


def take_one_away(links: list[Row], one: Row) -> list[Row]:
    """The links without one, if its parent keeps another: its parent then gets exactly those."""
    left = [row for row in links if row is not one]
    return left if any(row["parent"] == one["parent"] for row in left) else links


def drafts_beside(rng: random.Random, whole: Sheets) -> list[Row]:
    """Drafts beside figures that count: they change nothing."""
    counted = [row for row in whole["actuals"] if row["status"] in {"", "approved"}]
    untouched = rng.sample(counted, min(3, len(counted)))
    return [row | {"value": "123456.75", "status": "draft"} for row in untouched]


def scaled(rng: random.Random, text: str) -> str:
    """A number that is a little different."""
    return f"{float(text) * rng.uniform(0.8, 1.2) + 0.5:.3f}"


def new_actual(rng: random.Random, row: Row) -> None:
    """Change a figure or only its status."""
    if rng.random() < 0.8:
        row["value"] = scaled(rng, row["value"])
    row["status"] = rng.choice(("approved", "submitted"))


def new_target(rng: random.Random, row: Row) -> None:
    """Change a target row."""
    for cell in ("baseline", "target"):
        if row[cell]:
            row[cell] = scaled(rng, row[cell])
    if row["band_low"]:
        row["band_high"] = f"{float(row['band_high']) + 1.5:.3f}"


def new_rate(rng: random.Random, row: Row) -> None:
    """Change a rate."""
    row["average"] = f"{rng.uniform(0.8, 1.3):.6f}"
    row["closing"] = f"{rng.uniform(0.8, 1.3):.6f}"


def new_weight(rng: random.Random, row: Row) -> None:
    """Change a link's weight, at times its kind."""
    row["weight"] = rng.choice(WEIGHTS)
    if rng.random() < 0.2:
        row["kind"] = rng.choice(("contributes", "drives"))


def new_node(rng: random.Random, row: Row) -> None:
    """Change how a node is aggregated, whether it is archived, or a KPI's roll-ups."""
    row["aggregation"] = rng.choice(("arithmetic", "geometric", "weakest", ""))
    row["state"] = rng.choice(("active", "active", "archived"))
    if row.get("time_rollup") and not row["formula"]:
        row["entity_rollup"] = rng.choice(("sum", "average", "none"))
        if row["direction"] != "band":
            row["direction"] = rng.choice(("higher", "lower"))


def new_entity(rng: random.Random, row: Row) -> None:
    """Change an entity's currency."""
    row["currency"] = rng.choice(("EUR", "USD", "GBP"))


ALTER: dict[str, Alter] = {
    "actuals": new_actual,
    "targets": new_target,
    "rates": new_rate,
    "links": new_weight,
    "kpis": new_node,
    "objectives": new_node,
    "entities": new_entity,
}
