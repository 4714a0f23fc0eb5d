"""The demo's KPIs equal values worked out by hand from the published figures."""

from functools import cache

import pytest

from tests.demo.sheets import FOLDER
from tests.scoring.reference.folder import read_cascade
from tests.scoring.reference.rows import Row, department_rows, score_rows
from tests.scoring.reference.scores import Scores

EQUAL = 1e-12


@cache
def scores() -> Scores:
    return Scores(read_cascade(FOLDER))


@cache
def rows() -> dict[tuple[str, ...], Row]:
    return score_rows(scores())


def value(code: str, period: str) -> float:
    return float(rows()[period, "TI", code]["value"])


# In millions, as the filings print them; a quarter has 90 or 92 days, the year 365.
HAND_WORKED = {
    "2026-Q1": {
        "GROSS-MARGIN": (4825 - 2026) / 4825 * 100,
        "OPERATING-MARGIN": 1808 / 4825 * 100,
        "SGA-RATIO": 464 / 4825 * 100,
        "DSO": 2245 / 4825 * 90,
        "DIO-RAW": 463 / 2026 * 90,
        "DIO-WIP": 2355 / 2026 * 90,
        "DIO-FG": 1877 / 2026 * 90,
        "DIO": 4695 / 2026 * 90,
        "DPO": 638 / 2026 * 90,
        "CCC": 4695 / 2026 * 90 + 2245 / 4825 * 90 - 638 / 2026 * 90,
        "CURRENT-RATIO": 13796 / 3096,
        "INVENTORY-TURNOVER": 2026 / 4695 * 365 / 90,
        "REVENUE-GROWTH": (4825 / 4069 - 1) * 100,
        "RD-INTENSITY": 510 / 4825 * 100,
        "RD-PRODUCTIVITY": (4825 - 2026) / 510,
        "CAPEX-INTENSITY": 676 / 4825 * 100,
        "FCF-MARGIN": (1520 - 676) / 4825 * 100,
        "NET-MARGIN": 1545 / 4825 * 100,
        "ASSET-TURNOVER": 4825 / 34393 * 365 / 90,
        "EQUITY-MULTIPLIER": 34393 / 16778,
        "ROE": 1545 / 16778 * 365 / 90 * 100,
        "ROIC": 1808 * (1 - 169 / 1714) / (16778 + 12901 + 1149) * 365 / 90 * 100,
        "FORECAST-ERROR": (4825 - 4500) / 4500 * 100,
        "REVENUE-IN-OUTLOOK": 4_825_000_000,
    },
    "2025-Q4": {
        "GROSS-MARGIN": (4423 - 1951) / 4423 * 100,
        "DSO": 1963 / 4423 * 92,
        "DIO": 4804 / 1951 * 92,
        "DPO": 756 / 1951 * 92,
        "CCC": 4804 / 1951 * 92 + 1963 / 4423 * 92 - 756 / 1951 * 92,
        "FCF-MARGIN": (2254 - 925) / 4423 * 100,
        "ROE": 1163 / 16273 * 365 / 92 * 100,
        "ROIC": 1473 * (1 - 209 / 1372) / (16273 + 13548 + 500) * 365 / 92 * 100,
        "FORECAST-ERROR": (4423 - 4400) / 4400 * 100,
    },
    "2025": {
        "GROSS-MARGIN": (17682 - 7599) / 17682 * 100,
        "DSO": 1963 / 17682 * 365,
        "DIO": 4804 / 7599 * 365,
        "DPO": 756 / 7599 * 365,
        "CCC": 4804 / 7599 * 365 + 1963 / 17682 * 365 - 756 / 7599 * 365,
        "INVENTORY-TURNOVER": 7599 / 4804,
        "REVENUE-GROWTH": (17682 / 15641 - 1) * 100,
        "FCF-MARGIN": (7153 - 4550) / 17682 * 100,
        "ROE": 5001 / 16273 * 100,
        "ROIC": 6023 * (1 - 709 / 5710) / (16273 + 13548 + 500) * 100,
    },
    "2015-Q4": {"GROSS-MARGIN": 1866 / 3189 * 100},
    "2010": {"REVENUE-GROWTH": (13966 / 10427 - 1) * 100},
}


@pytest.mark.parametrize(
    ("period", "code", "expected"),
    [(period, code, v) for period, codes in HAND_WORKED.items() for code, v in codes.items()],
)
def test_a_kpi_equals_the_value_worked_out_by_hand(period: str, code: str, expected: float) -> None:
    assert value(code, period) == pytest.approx(expected, rel=EQUAL)


@pytest.mark.parametrize("period", ["2009-Q4", "2018-Q3", "2025-Q4", "2026-Q1", "2018", "2025"])
def test_return_on_equity_is_the_product_of_its_three_factors(period: str) -> None:
    product = (
        value("NET-MARGIN", period)
        * value("ASSET-TURNOVER", period)
        * value("EQUITY-MULTIPLIER", period)
    )

    assert value("ROE", period) == pytest.approx(product, rel=EQUAL)


@pytest.mark.parametrize(
    ("code", "score", "status"),
    [
        ("GROSS-MARGIN", (58.01036269430052 - 52) / (59.3 - 52) * 100, "at_risk"),
        ("DSO", (44 - 2245 / 4825 * 90) / (44 - 37.8) * 100, "off_track"),
        ("REVENUE-IN-OUTLOOK", (1 - (4825 - 4680) / (4680 - 4320)) * 100, "off_track"),
        ("FORECAST-ERROR", (8 - 325 / 45) / (8 - 2) * 100, "off_track"),
        ("CURRENT-RATIO", 100, "on_track"),
    ],
)
def test_the_latest_quarter_scores_as_worked_out_by_hand(
    code: str, score: float, status: str
) -> None:
    row = rows()["2026-Q1", "TI", code]

    assert float(row["score"]) == pytest.approx(score, rel=EQUAL)
    assert row["status"] == status


def test_the_latest_quarter_shows_every_status_and_is_complete() -> None:
    latest = [
        row
        for (period, _, _), row in rows().items()
        if period == "2026-Q1" and row["status"] != "not_scored"
    ]

    assert {row["status"] for row in latest} == {"on_track", "at_risk", "off_track"}
    assert {row["coverage"] for row in latest} == {"1.0"}


def test_departments_score_differently() -> None:
    found = {
        department: float(row["score"])
        for (period, _, department, node), row in department_rows(scores()).items()
        if period == "2026-Q1" and not node
    }

    assert sorted(found, key=lambda department: found[department]) == [
        "PROCUREMENT",
        "SALES",
        "FINANCE",
        "RD",
        "OPERATIONS",
    ]
