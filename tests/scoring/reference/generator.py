"""Cascades made up from a seed, wide rather than likely, as the sheets of a workbook."""

import random
from dataclasses import dataclass, field

from tests.scoring.reference.figure_maker import add_figures
from tests.scoring.reference.fiscal import LENGTH_OF_FREQUENCY, Fiscal
from tests.scoring.reference.formula_maker import Inputs, formula
from tests.scoring.reference.formula_text import parse, references

Sheets = dict[str, list[dict[str, str]]]

WEIGHTS = ("0.25", "0.5", "1", "1", "2", "3", "7.89", "33.73")
KPI_CODES = ("kpi_{}", "K{}", "{}-k.x", "fin.{}", "_k{}", "Rev{}")


@dataclass
class Draft:
    """A cascade while it is being made up."""

    rng: random.Random
    importable: bool
    fiscal: Fiscal
    first_year: int
    years: int
    rational: bool
    sheets: Sheets = field(default_factory=dict)

    @property
    def entities(self) -> list[dict[str, str]]:
        """The rows of `entities`; GROUP where the sheet is left out."""
        return self.sheets.get("entities") or [{"code": "GROUP", "parent": ""}]


def generate(seed: int, *, importable: bool = True, rational: bool = False) -> Sheets:
    """Make up a cascade; what an import refuses stands in it only if it need not be importable.

    A rational one has no roots and logarithms and no geometric means.
    """
    rng = random.Random(seed)  # noqa: S311
    first_month = rng.choice((1, 1, 4, 7, 9, 10, rng.randint(1, 12)))
    draft = Draft(
        rng,
        importable,
        Fiscal(first_month),
        first_year=rng.randint(2019, 2024),
        years=rng.randint(1, 3),
        rational=rational,
    )
    add_settings(draft, first_month)
    add_entities(draft)
    add_people(draft)
    add_objectives(draft)
    add_kpis(draft)
    add_links(draft)
    add_figures(draft)
    if rational:
        for row in draft.sheets["objectives"] + draft.sheets["kpis"]:
            row["aggregation"] = row["aggregation"].replace("geometric", "arithmetic")
    return draft.sheets


def add_settings(draft: Draft, first_month: int) -> None:
    """Write settings, with the organisation's own thresholds at times."""
    values = {
        "organisation": "Beispiel & Söhne AG",
        "currency": "EUR",
        "fiscal_year_start": str(first_month),
        "timezone": "Europe/Berlin",
        "plan": "Plan 2030",
    }
    if draft.rng.random() < 0.3:
        values |= {"on_track": "85", "at_risk": "60", "min_coverage": "0.4"}
    draft.sheets["settings"] = [{"key": key, "value": text} for key, text in values.items()]


def add_entities(draft: Draft) -> None:
    """Write a tree of entities, some of them active for a part of the time only."""
    rng = draft.rng
    count = rng.choice((1, 1, 2, 3, 3, 4, 5, 6, 8))
    if count == 1 and rng.random() < 0.4:
        return
    rows: list[dict[str, str]] = []
    currencies = rng.choice((("EUR",), ("EUR", "USD"), ("USD", "GBP", "EUR"), ("USD",)))
    for number in range(count):
        row = {
            "code": rng.choice(("E{}", "plant-{}", "x_{}", "DE.{}")).format(number),
            "name": f"Zürich {number}",
            "parent": rng.choice(rows)["code"] if rows else "",
            "currency": rng.choice((*currencies, "")),
            "active_from": some_month(draft) if rows and rng.random() < 0.15 else "",
            "active_to": "",
        }
        if rows and rng.random() < 0.15:
            row["active_to"] = max(some_month(draft), row["active_from"])
        rows.append(row)
    rng.shuffle(rows)
    draft.sheets["entities"] = rows


def some_month(draft: Draft) -> str:
    """A month of the span."""
    year = draft.first_year + draft.rng.randrange(draft.years)
    return f"{year:04d}-{draft.rng.randint(1, 12):02d}"


def add_people(draft: Draft) -> None:
    """Write departments with their heads."""
    codes = [f"D{number}" for number in range(draft.rng.randint(1, 4))]
    draft.sheets["departments"] = [
        {"code": code, "name": f"Abteilung {code}", "head_email": f"{code.lower()}@example.org"}
        for code in codes
    ]
    draft.sheets["people"] = [
        {"email": f"{code.lower()}@example.org", "name": code, "role": "department_head"}
        | {"department": code, "entity": ""}
        for code in codes
    ]


def department(draft: Draft) -> str:
    """One of the departments."""
    return draft.rng.choice(draft.sheets["departments"])["code"]


def add_objectives(draft: Draft) -> None:
    """Write objectives."""
    rng = draft.rng
    draft.sheets["objectives"] = [
        {
            "code": rng.choice(("O{}", "goal_{}", "O.{}-a", "{}.1")).format(number),
            "name": f"Ziel {number}",
            "perspective": rng.choice(("", "financial", "customer")),
            "department": rng.choice(("", department(draft))),
            "aggregation": rng.choice(("", "arithmetic", "arithmetic", "geometric", "weakest")),
            "state": rng.choices(("", "active", "archived"), (6, 3, 1))[0],
        }
        for number in range(rng.randint(1, 6))
    ]


def add_kpis(draft: Draft) -> None:
    """Write KPIs; a calculated one uses those before it."""
    rng = draft.rng
    rows: list[dict[str, str]] = []
    for number in range(rng.randint(2, 13)):
        row = {
            "code": rng.choice(KPI_CODES).format(number),
            "name": f"Kennzahl {number}",
            "category": rng.choice(("financial", "operational", "people", "esg", "risk")),
            "department": department(draft),
            "unit": rng.choice(("money", "money", "", "days", "EUR")),
            "decimals": rng.choice(("", "0", "2")),
            "direction": rng.choice(("higher", "higher", "lower", "band")),
            "frequency": rng.choice(("monthly", "monthly", "monthly", "quarterly", "annual")),
            "time_rollup": rng.choice(("sum", "average", "last")),
            "entity_rollup": rng.choice(("sum", "sum", "average", "none", "")),
            "entities": reported_at(draft),
            "formula": "",
            "aggregation": rng.choice(("", "arithmetic", "geometric", "weakest")),
            "state": rng.choices(("", "active", "archived"), (6, 3, 1))[0],
        }
        if number == 5 and rng.random() < 0.3:
            row["code"] = rng.choice(("sum", "prev", "days", "if"))
        if rows and rng.random() < 0.4:
            calculate(draft, row, rows)
        rows.append(row)
    draft.sheets["kpis"] = rows


def reported_at(draft: Draft) -> str:
    """A list of entities, mostly none."""
    codes = [row["code"] for row in draft.entities]
    if draft.rng.random() < 0.75:
        return ""
    return " ".join(draft.rng.sample(codes, draft.rng.randint(1, len(codes))))


def calculate(draft: Draft, row: dict[str, str], before: list[dict[str, str]]) -> None:
    """Give a KPI a formula and roll-ups that go with it."""
    length = LENGTH_OF_FREQUENCY[row["frequency"]]
    usable = [
        other
        for other in before
        if other["time_rollup"] != "sum" or LENGTH_OF_FREQUENCY[other["frequency"]] <= length
    ]
    if not usable:
        return
    to_date = [
        other["code"]
        for other in usable
        if LENGTH_OF_FREQUENCY[other["frequency"]] <= length
        and not uses_time(other["formula"])
        and not rests_on_longer(other, before)
    ]
    codes = [other["code"] for other in usable]
    row["formula"] = formula(draft.rng, Inputs(codes, to_date, draft.rational))
    row["time_rollup"] = draft.rng.choice(("sum", "average", "last", "formula", "formula"))
    row["entity_rollup"] = draft.rng.choice(("formula", "formula", "sum", "average", "none", ""))
    if row["time_rollup"] == "formula" and row["entity_rollup"] in {"sum", "average"}:
        row["entity_rollup"] = "formula"


def uses_time(text: str) -> bool:
    """Whether a formula's text names a time function."""
    return any(name in text for name in ("prev(", "year_ago(", "ytd(", "rolling_"))


def rests_on_longer(row: dict[str, str], rows: list[dict[str, str]]) -> bool:
    """Whether a KPI uses one that is measured less often: then its year to date is not told."""
    if not row["formula"]:
        return False
    used = [other for other in rows if other["code"] in references(parse(row["formula"]))]
    length = LENGTH_OF_FREQUENCY[row["frequency"]]
    return any(
        LENGTH_OF_FREQUENCY[other["frequency"]] > length or rests_on_longer(other, rows)
        for other in used
    )


def add_links(draft: Draft) -> None:
    """Link nodes downwards only, objectives above KPIs."""
    rng = draft.rng
    objectives = [row["code"] for row in draft.sheets["objectives"]]
    kpis = [row["code"] for row in draft.sheets["kpis"]]
    order = objectives + rng.sample(kpis, len(kpis))
    rows: list[dict[str, str]] = []
    for place, child in enumerate(order[1:], start=1):
        above = order[: min(place, len(objectives))] if rng.random() < 0.6 else order[:place]
        above = [code for code in above if child not in objectives or code in objectives]
        parents = rng.sample(above, min(len(above), rng.choice((0, 1, 1, 1, 2, 3))))
        rows += [link(rng, parent, child) for parent in parents]
    rng.shuffle(rows)
    draft.sheets["links"] = rows


def link(rng: random.Random, parent: str, child: str) -> dict[str, str]:
    """One row of `links`."""
    return {
        "parent": parent,
        "child": child,
        "weight": rng.choice(WEIGHTS),
        "kind": rng.choices(("", "contributes", "drives"), (3, 6, 1))[0],
        "lag": "",
        "rationale": "weil",
    }
