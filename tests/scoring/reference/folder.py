"""A cascade read from a folder of CSV files, every figure an exact fraction."""

import csv
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from tests.scoring.reference.fiscal import LENGTH_OF_FREQUENCY, YEAR, Fiscal, Period
from tests.scoring.reference.formula_text import Tree, parse, references


@dataclass(frozen=True)
class Kpi:
    """One KPI as its row gives it."""

    code: str
    department: str
    length: int
    direction: str
    time_rollup: str
    entity_rollup: str
    is_money: bool
    reported_at: frozenset[str]
    tree: Tree | None


@dataclass(frozen=True)
class Entity:
    """One entity, with the months it begins and ends in."""

    code: str
    parent: str
    currency: str
    active_from: int | None
    active_to: int | None


@dataclass(frozen=True)
class Figure:
    """A counted actual."""

    value: Fraction
    provisional: bool


@dataclass(frozen=True)
class TargetRow:
    """The four cells of a target row; None is a blank one."""

    baseline: Fraction | None
    target: Fraction | None
    low: Fraction | None
    high: Fraction | None


@dataclass
class Cascade:
    """Everything a folder says that scores depend on."""

    fiscal: Fiscal
    currency: str
    on_track: Fraction
    at_risk: Fraction
    min_coverage: Fraction
    entities: dict[str, Entity] = field(default_factory=dict)
    kpis: dict[str, Kpi] = field(default_factory=dict)
    objectives: dict[str, str] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)
    aggregation: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str, Fraction]] = field(default_factory=list)
    actuals: dict[tuple[str, str, Period], Figure] = field(default_factory=dict)
    targets: dict[tuple[str, str, Period], TargetRow] = field(default_factory=dict)
    rates: dict[tuple[str, Period], tuple[Fraction, Fraction]] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The entity without a parent."""
        return next(code for code, entity in self.entities.items() if not entity.parent)


def sheet(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of one sheet, headers in lower case; none if the sheet is absent."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {key.strip().lower(): (cell or "").strip() for key, cell in row.items() if key}
            for row in csv.DictReader(file)
        ]


def number(text: str) -> Fraction | None:
    """An exact number; None for a blank."""
    return Fraction(text) if text else None


def read_cascade(folder: Path) -> Cascade:
    """Read the whole folder."""
    settings = {row["key"]: row["value"] for row in sheet(folder, "settings")}
    cascade = Cascade(
        Fiscal(int(settings.get("fiscal_year_start") or 1)),
        settings.get("currency") or "EUR",
        Fraction(settings.get("on_track") or 90),
        Fraction(settings.get("at_risk") or 70),
        Fraction(settings.get("min_coverage") or "0.5"),
    )
    read_entities(cascade, folder)
    read_nodes(cascade, folder)
    read_figures(cascade, folder)
    return cascade


def read_entities(cascade: Cascade, folder: Path) -> None:
    """Read the sheet `entities`; without it there is one, GROUP."""
    rows = sheet(folder, "entities") or [{"code": "GROUP"}]
    for row in rows:
        begins, ends = (
            cascade.fiscal.parse(label).index if label else None
            for label in (row.get("active_from"), row.get("active_to"))
        )
        cascade.entities[row["code"]] = Entity(
            row["code"],
            row.get("parent", ""),
            row.get("currency") or cascade.currency,
            begins,
            ends,
        )


def read_nodes(cascade: Cascade, folder: Path) -> None:
    """Read objectives, KPIs and the links that carry scores."""
    objectives, kpis = sheet(folder, "objectives"), sheet(folder, "kpis")
    cascade.objectives = {row["code"]: row.get("department", "") for row in objectives}
    for row in kpis:
        tree = parse(row["formula"]) if row.get("formula") else None
        cascade.kpis[row["code"]] = Kpi(
            row["code"],
            row["department"],
            LENGTH_OF_FREQUENCY[row["frequency"]],
            row["direction"],
            row["time_rollup"],
            row.get("entity_rollup") or ("formula" if tree else "none"),
            row.get("unit") == "money",
            frozenset(row.get("entities", "").split()),
            tree,
        )
    for row in objectives + kpis:
        cascade.aggregation[row["code"]] = row.get("aggregation") or "arithmetic"
        if row.get("state") == "archived":
            cascade.archived.add(row["code"])
    cascade.links = [
        (row["parent"], row["child"], Fraction(row["weight"]))
        for row in sheet(folder, "links")
        if (row.get("kind") or "contributes") == "contributes"
    ]


def read_figures(cascade: Cascade, folder: Path) -> None:
    """Read counted actuals, targets and rates."""
    parse_period = cascade.fiscal.parse
    for row in sheet(folder, "actuals"):
        status = row.get("status") or "approved"
        if row["value"] and status != "draft":
            key = (row["kpi"], row.get("entity") or cascade.root, parse_period(row["period"]))
            cascade.actuals[key] = Figure(Fraction(row["value"]), status == "submitted")
    for row in sheet(folder, "targets"):
        key = (row["kpi"], row.get("entity") or cascade.root, parse_period(row["period"]))
        cells = (number(row.get(c, "")) for c in ("baseline", "target", "band_low", "band_high"))
        cascade.targets[key] = TargetRow(*cells)
    for row in sheet(folder, "rates"):
        cascade.rates[row["currency"], parse_period(row["period"])] = (
            Fraction(row["average"]),
            Fraction(row["closing"]),
        )


def inputs_of(cascade: Cascade, code: str) -> set[str]:
    """Every KPI that a calculated KPI rests on, at any depth."""
    tree = cascade.kpis[code].tree
    named = references(tree) if tree else set()
    return named.union(*(inputs_of(cascade, each) for each in named))


def longest_target(length: int) -> list[int]:
    """The lengths a target row may have that holds for a period, shortest first."""
    return [each for each in (1, 3, YEAR) if each >= length]
