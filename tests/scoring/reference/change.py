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
    if rng.random() < 0.4 or not changed:
        add_actuals(rng, changed, whole)
    if rng.random() < 0.3:
        thresholds = {"on_track": "80", "at_risk": "55.5", "min_coverage": "0.3"}
        whole["settings"] = [row for row in whole["settings"] if row["key"] not in thresholds]
        changed["settings"] = [{"key": key, "value": text} for key, text in thresholds.items()]
        whole["settings"] += changed["settings"]
    return changed, whole


def take_one_away(links: list[Row], one: Row) -> list[Row]:
    """The links without one, if its parent keeps another: its parent then gets exactly those."""
    left = [row for row in links if row is not one]
    return left if any(row["parent"] == one["parent"] for row in left) else links


def add_actuals(rng: random.Random, changed: Sheets, whole: Sheets) -> None:
    """Write figures of years before and after, and drafts beside figures that count."""
    told = [(row["kpi"], row["entity"], row["period"]) for row in changed.get("actuals", [])]
    untouched = [
        row
        for row in whole["actuals"]
        if (row["kpi"], row["entity"], row["period"]) not in told and row["status"] != "draft"
    ]
    some = rng.sample(untouched, min(3, len(untouched)))
    drafts = [row | {"value": "123456.75", "status": "draft"} for row in some]
    limited = {
        row["code"] for row in whole.get("entities", []) if row["active_from"] or row["active_to"]
    }
    there = {(row["kpi"], row["entity"], row["period"]) for row in whole["actuals"]}
    for row in rng.sample(untouched, min(2, len(untouched))):
        year = int(row["period"][:4]) + rng.choice((-1, 1, 2))
        new = row | {"period": f"{year}{row['period'][4:]}", "status": ""}
        key = (new["kpi"], new["entity"], new["period"])
        if key not in there and row["entity"] not in limited:
            there.add(key)
            whole["actuals"].append(new)
            drafts.append(new)
    if drafts:
        changed["actuals"] = changed.get("actuals", []) + drafts


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
    if not row.get("time_rollup"):
        return
    row["unit"] = rng.choice(("money", "", "days"))
    if row["direction"] != "band":
        row["direction"] = rng.choice(("higher", "lower"))
    if row["formula"]:
        row["formula"] = f"({row['formula']}) * 1.5"
        return
    row["entity_rollup"] = rng.choice(("sum", "average", "none"))
    if row["time_rollup"] != "sum":
        row["time_rollup"] = rng.choice(("average", "last"))


def new_entity(rng: random.Random, row: Row) -> None:
    """Change an entity's currency, or make it active without end."""
    row["currency"] = rng.choice(("EUR", "USD", "GBP"))
    if rng.random() < 0.5:
        row["active_to"] = ""


ALTER: dict[str, Alter] = {
    "actuals": new_actual,
    "targets": new_target,
    "rates": new_rate,
    "links": new_weight,
    "kpis": new_node,
    "objectives": new_node,
    "entities": new_entity,
}
