"""Figures, targets and rates made up at random for a cascade that stands."""

import random
from dataclasses import dataclass
from typing import Protocol

from tests.scoring.reference.fiscal import LENGTH_OF_FREQUENCY, LENGTHS, YEAR, Fiscal, Period

Sheets = dict[str, list[dict[str, str]]]


class Draft(Protocol):
    """What this needs of a cascade that is being made up."""

    rng: random.Random
    importable: bool
    fiscal: Fiscal
    first_year: int
    years: int
    sheets: Sheets

    @property
    def entities(self) -> list[dict[str, str]]:
        """The rows of `entities`."""


@dataclass(frozen=True)
class Size:
    """How large the figures of a series are, and the share of them that is missing."""

    scale: float
    gaps: float


def add_figures(draft: Draft) -> None:
    """Write actuals, targets and rates."""
    gaps, blanks = draft.rng.choice((0.0, 0.03, 0.1, 0.3)), draft.rng.choice((0.0, 0.0, 0.05))
    draft.sheets["actuals"], draft.sheets["targets"] = [], []
    whole = years(draft, draft.first_year, draft.years)
    start = draft.rng.choice((0, 0, 0, 1, 2, 5))
    stop = len(whole) - draft.rng.choice((0, 0, 1, 2, 3, 7))
    for kpi in draft.sheets["kpis"]:
        scale = draft.rng.choice((1, 10, 1000, 50000)) * draft.rng.choice((1, 1, 1, -1))
        for entity in draft.entities:
            if not kpi["formula"] and reports(draft, kpi, entity):
                add_actuals(draft, (kpi, entity), whole[start:stop], Size(scale, gaps))
        if draft.rng.random() < 0.8:
            for entity in draft.entities:
                if draft.rng.random() < 0.75:
                    add_targets(draft, kpi, entity, scale, blanks)
    draft.rng.shuffle(draft.sheets["actuals"])
    draft.rng.shuffle(draft.sheets["targets"])
    add_rates(draft)


def years(draft: Draft, first: int, count: int) -> list[int]:
    """The months of some fiscal years."""
    return [m for year in range(first, first + count) for m in Period(YEAR, year).months]


def reports(draft: Draft, kpi: dict[str, str], entity: dict[str, str]) -> bool:
    """Whether figures of a KPI are entered at an entity: mostly at those without a member."""
    listed = kpi["entities"].split()
    if listed and entity["code"] not in listed:
        return draft.rng.random() < 0.02
    members = any(other["parent"] == entity["code"] for other in draft.entities)
    return draft.rng.random() < (0.2 if members else 0.93)


def number(rng: random.Random, size: float) -> str:
    """A number of about this size with a few decimals."""
    return f"{size * rng.uniform(0.7, 1.3):.{rng.choice((0, 1, 2, 4))}f}"


def is_active(draft: Draft, entity: dict[str, str], period: Period) -> bool:
    """Whether an entity is active in any month of a period."""
    begins, ends = entity.get("active_from"), entity.get("active_to")
    return (not begins or draft.fiscal.parse(begins).index <= period.last) and (
        not ends or draft.fiscal.parse(ends).index >= period.first
    )


def add_actuals(
    draft: Draft, cell: tuple[dict[str, str], dict[str, str]], months: list[int], size: Size
) -> None:
    """Write a series of figures with gaps, drafts and figures that are only submitted."""
    kpi, entity = cell
    rng, length = draft.rng, LENGTH_OF_FREQUENCY[kpi["frequency"]]
    late = rng.choice((0, 0, 0, 4)) if rng.random() < 0.3 else 0
    for month in months[late:]:
        period = Period(length, month // length)
        if (
            month != period.first
            or rng.random() < size.gaps
            or not is_active(draft, entity, period)
        ):
            continue
        value = "0" if rng.random() < 0.01 else number(rng, size.scale)
        draft.sheets["actuals"].append(
            {
                "kpi": kpi["code"],
                "entity": written(draft, entity),
                "period": draft.fiscal.label(period),
                "value": value,
                "comment": rng.choice(("", "", "ok, „gut“")),
                "status": rng.choices(("", "approved", "submitted", "draft"), (70, 10, 8, 4))[0],
                "source": "",
            }
        )


def written(draft: Draft, entity: dict[str, str]) -> str:
    """An entity's code; at times nothing for the root."""
    return entity["code"] if entity["parent"] or draft.rng.random() < 0.5 else ""


def add_targets(
    draft: Draft, kpi: dict[str, str], entity: dict[str, str], scale: float, blanks: float
) -> None:
    """Write target rows of one length or of several."""
    rng, own = draft.rng, LENGTH_OF_FREQUENCY[kpi["frequency"]]
    lengths = [each for each in LENGTHS if each >= own]
    chosen = rng.choice(([own], [own], [rng.choice(lengths)], lengths))
    size = scale if kpi["unit"] != "%" else 1.0
    base = rng.choice(("below", "below", "none", "above", "equal", "mixed"))
    for length in chosen:
        keep = rng.choice((0.4, 1.0, 1.0)) if len(chosen) > 1 else 0.97
        factor = length // own if kpi["time_rollup"] == "sum" else 1
        for year in range(draft.first_year, draft.first_year + draft.years):
            for period in Period(YEAR, year).inner(length):
                if rng.random() < keep and wanted_there(draft, entity, period):
                    cells = target_cells(draft, kpi["direction"], size * factor, base, blanks)
                    draft.sheets["targets"].append(
                        {
                            "kpi": kpi["code"],
                            "entity": written(draft, entity),
                            "period": draft.fiscal.label(period),
                            **cells,
                        }
                    )


def wanted_there(draft: Draft, entity: dict[str, str], period: Period) -> bool:
    """Whether there is a target: seldom while an entity is not active."""
    return is_active(draft, entity, period) or draft.rng.random() < 0.1


def target_cells(
    draft: Draft, direction: str, size: float, base: str, blanks: float
) -> dict[str, str]:
    """The cells of one target row."""
    rng = draft.rng
    low, high = sorted((float(number(rng, size)), float(number(rng, size))))
    cells = {"target": f"{high if direction == 'higher' else low:.3f}"}
    if direction == "band":
        cells = {"band_low": f"{low:.3f}", "band_high": f"{high:.3f}"}
        if rng.random() < 0.1:
            cells["target"] = "5"
    worse = -1 if direction == "higher" else 1
    base = rng.choice(("below", "none", "above", "equal")) if base == "mixed" else base
    step = abs(size) * rng.uniform(0.2, 0.9) * worse * {"below": 1, "above": -1}.get(base, 0)
    anchor = float(cells.get("target") or cells["band_low"])
    cells["baseline"] = "" if base == "none" else f"{anchor + step:.3f}"
    if rng.random() < blanks:
        needed = ("band_low", "band_high") if draft.importable else ()
        cells[rng.choice(sorted(set(cells) - set(needed)))] = ""
    return dict.fromkeys(("baseline", "target", "band_low", "band_high"), "") | cells


def add_rates(draft: Draft) -> None:
    """Write rates with gaps, of longer periods at times."""
    rng = draft.rng
    draft.sheets["rates"] = []
    currencies = {row.get("currency", "") for row in draft.entities} - {"", "EUR"}
    gaps, longer = rng.choice((0.0, 0.0, 0.05)), rng.choice((0.0, 0.5, 1.0))
    for currency in sorted(currencies):
        for year in range(draft.first_year, draft.first_year + draft.years):
            for length in LENGTHS:
                keep = 1 - gaps if length == 1 else longer
                for period in Period(YEAR, year).inner(length):
                    if rng.random() < keep:
                        draft.sheets["rates"].append(
                            {
                                "currency": currency,
                                "period": draft.fiscal.label(period),
                                "average": f"{rng.uniform(0.8, 1.3):.6f}",
                                "closing": f"{rng.uniform(0.8, 1.3):.6f}",
                            }
                        )
