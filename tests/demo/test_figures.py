"""The demo's figures are those of the filings, each with its source."""

import re

import pytest

from tests.demo.sheets import FIRST, LAST, actuals, column, quarters, sheet, targets

FILING = re.compile(
    r"SEC (10-K|10-Q|10-K/A|10-Q/A|8-K) \d{10}-\d\d-\d{6}, ([A-Za-z]+|derived: revenue less \w+)"
    r"(, derived: \d{4} less (first nine|last nine) months"
    r"|, derived: first (six|nine) months of \d{4} less first (three|six) months)?"
)
RELEASE = re.compile(r"TI press release \d{4}-\d\d-\d\d( \(\S+\))?(, SEC 8-K \d{10}-\d\d-\d{6})?")
OUTLOOK = {"OUTLOOK-LOW", "OUTLOOK-HIGH"}
MILLION = 10**6


def test_every_figure_names_its_filing() -> None:
    unsourced = [
        row
        for row in sheet("actuals")
        if not (RELEASE if row["kpi"] in OUTLOOK else FILING).fullmatch(row["source"])
    ]

    assert unsourced == []


def test_figures_are_full_dollars_of_reported_millions() -> None:
    assert all(value % MILLION == 0 for value in actuals().values())


@pytest.mark.parametrize(
    ("first", "codes"),
    [
        ("2009-Q3", {"OPERATING-CASH-FLOW", "CAPEX"}),
        ("2011-Q3", {"LONG-TERM-DEBT", "CURRENT-DEBT"}),
        ("2022-Q1", OUTLOOK),
    ],
)
def test_what_was_published_later_is_complete_from_then_on(first: str, codes: set[str]) -> None:
    for code in codes:
        found = [period for kpi, period in actuals() if kpi == code and period >= first]
        assert found == quarters(first, LAST), code


def test_all_other_figures_are_there_for_every_quarter() -> None:
    late = {"OPERATING-CASH-FLOW", "CAPEX", "LONG-TERM-DEBT", "CURRENT-DEBT", *OUTLOOK}
    for code in column("actuals", "kpi") - late:
        found = [period for kpi, period in actuals() if kpi == code and period >= FIRST]
        assert found == quarters(FIRST, LAST), code


# The fiscal years as the annual reports give them, in millions.
@pytest.mark.parametrize(
    ("code", "year", "published"),
    [
        ("REVENUE", 2009, 10_427),
        ("REVENUE", 2018, 15_784),
        ("REVENUE", 2024, 15_641),
        ("REVENUE", 2025, 17_682),
        ("COST-OF-REVENUE", 2025, 7_599),
        ("OPERATING-INCOME", 2025, 6_023),
        ("NET-INCOME", 2025, 5_001),
        ("RESEARCH-EXPENSE", 2025, 2_083),
        ("SGA-EXPENSE", 2025, 1_860),
        ("INCOME-TAX", 2025, 709),
        ("OPERATING-CASH-FLOW", 2025, 7_153),
        ("CAPEX", 2025, 4_550),
    ],
)
def test_quarters_add_up_to_the_published_year(code: str, year: int, published: int) -> None:
    assert sum(actuals()[code, f"{year}-Q{n}"] for n in (1, 2, 3, 4)) == published * MILLION


# The balance sheet of 31 March 2026 and the quarter that it ends, in millions.
@pytest.mark.parametrize(
    ("code", "published"),
    [
        ("REVENUE", 4_825),
        ("RECEIVABLES", 2_245),
        ("INVENTORY-RAW", 463),
        ("INVENTORY-WIP", 2_355),
        ("INVENTORY-FG", 1_877),
        ("PAYABLES", 638),
        ("RESEARCH-EXPENSE", 510),
        ("COST-OF-REVENUE", 2_026),
        ("NET-INCOME", 1_545),
        ("TOTAL-ASSETS", 34_393),
        ("EQUITY", 16_778),
        ("OUTLOOK-LOW", 4_320),
        ("OUTLOOK-HIGH", 4_680),
    ],
)
def test_the_latest_quarter_is_as_published(code: str, published: int) -> None:
    assert actuals()[code, LAST] == published * MILLION


def test_figures_that_differ_from_the_plain_rule_say_why() -> None:
    commented = {(row["kpi"], row["period"]) for row in sheet("actuals") if row["comment"]}

    assert commented == {
        ("REVENUE", "2009-Q1"),
        ("CURRENT-DEBT", "2011-Q3"),
        ("OPERATING-CASH-FLOW", "2014-Q4"),
        ("OPERATING-CASH-FLOW", "2015-Q4"),
        ("COST-OF-REVENUE", "2015-Q4"),
        ("RESEARCH-EXPENSE", "2015-Q4"),
        ("SGA-EXPENSE", "2015-Q4"),
    }


def test_the_published_outlook_is_both_the_figure_and_the_band() -> None:
    for period in quarters("2022-Q1", LAST):
        band = targets()["REVENUE-IN-OUTLOOK", period]

        assert int(band["band_low"]) == actuals()["OUTLOOK-LOW", period]
        assert int(band["band_high"]) == actuals()["OUTLOOK-HIGH", period]
        assert RELEASE.fullmatch(band["source"])
