"""The demo's cascade holds together: codes, owners, links and formulas."""

import pytest

from kpialign.scoring.formula import find_cycle, parse
from tests.demo.sheets import LAST, OPEN, actuals, column, quarters, sheet, targets

KPIS = {row["code"]: row for row in sheet("kpis")}
OBJECTIVES = {row["code"]: row for row in sheet("objectives")}
LINKED = column("links", "child")
SCORED = {kpi for kpi, _ in targets()}
ENTERED = {code for code, row in KPIS.items() if not row["formula"]}
FINANCIALS = [
    "GROSS-MARGIN",
    "OPERATING-MARGIN",
    "DSO",
    "DIO",
    "DIO-RAW",
    "DIO-WIP",
    "DIO-FG",
    "DPO",
    "CCC",
    "INVENTORY-TURNOVER",
    "REVENUE-GROWTH",
    "RD-INTENSITY",
    "CAPEX-INTENSITY",
    "FCF-MARGIN",
    "ROIC",
    "ROE",
    "NET-MARGIN",
    "ASSET-TURNOVER",
    "EQUITY-MULTIPLIER",
    "FORECAST-ERROR",
]


@pytest.mark.parametrize(
    ("sheet_name", "of", "listed"),
    [
        ("kpis", "department", column("departments", "code")),
        ("kpis", "entities", column("entities", "code")),
        ("kpis", "owner_email", column("people", "email")),
        ("objectives", "department", column("departments", "code")),
        ("objectives", "perspective", column("perspectives", "code")),
        ("objectives", "owner_email", column("people", "email")),
        ("departments", "head_email", column("people", "email")),
        ("departments", "partner_email", column("people", "email")),
        ("people", "department", column("departments", "code")),
        ("links", "parent", KPIS.keys() | OBJECTIVES.keys()),
        ("links", "child", KPIS.keys() | OBJECTIVES.keys()),
        ("targets", "kpi", KPIS.keys()),
        ("targets", "entity", column("entities", "code")),
        ("actuals", "kpi", ENTERED),
        ("actuals", "entity", column("entities", "code")),
    ],
)
def test_every_code_and_address_is_listed(sheet_name: str, of: str, listed: set[str]) -> None:
    assert column(sheet_name, of) - listed == set()


@pytest.mark.parametrize(
    ("sheet_name", "key"),
    [
        ("kpis", ("code",)),
        ("links", ("parent", "child")),
        ("targets", ("kpi", "entity", "period")),
        ("actuals", ("kpi", "entity", "period")),
        ("people", ("email",)),
    ],
)
def test_no_key_stands_twice(sheet_name: str, key: tuple[str, ...]) -> None:
    keys = [tuple(row[part] for part in key) for row in sheet(sheet_name)]

    assert len(keys) == len(set(keys))
    assert not KPIS.keys() & OBJECTIVES.keys()


def test_one_objective_stands_over_five_weighted_ones() -> None:
    top = OBJECTIVES.keys() - LINKED
    beneath = {row["child"]: row["weight"] for row in sheet("links") if row["parent"] in top}

    assert top == {"LONG-TERM-VALUE"}
    assert beneath == {
        "MARGIN-EXPANSION": "25",
        "WORKING-CAPITAL": "20",
        "PROFITABLE-GROWTH": "25",
        "DISCIPLINED-INVESTMENT": "20",
        "RELIABLE-FORECASTING": "10",
    }


def test_links_have_weights_reasons_and_no_loop() -> None:
    links = sheet("links")
    below: dict[str, list[str]] = {}
    for row in links:
        below.setdefault(row["parent"], []).append(row["child"])

    assert all(float(row["weight"]) > 0 and row["rationale"] for row in links)
    assert all((row["kind"] == "drives") == bool(row["lag"]) for row in links)
    assert not [row for row in links if row["parent"] in KPIS and row["child"] in OBJECTIVES]
    assert find_cycle(below) is None


def test_what_has_a_target_hangs_in_the_cascade_and_nothing_else_does() -> None:
    assert LINKED & KPIS.keys() == SCORED
    assert set(FINANCIALS) <= SCORED


def test_formulas_name_kpis_and_have_no_loop() -> None:
    uses = {code: parse(row["formula"]).codes for code, row in KPIS.items() if row["formula"]}
    used = {code for codes in uses.values() for code in codes}

    assert used <= KPIS.keys()
    assert find_cycle(uses) is None
    assert KPIS.keys() - SCORED <= used, "neither scored nor used by a formula"


def test_everything_is_explained_in_words() -> None:
    assert all(row["description"] for row in [*KPIS.values(), *OBJECTIVES.values()])


def test_each_department_scores_something_and_owes_figures_for_the_open_quarter() -> None:
    departments = column("departments", "code")

    assert {KPIS[code]["department"] for code in SCORED} == departments
    assert {KPIS[code]["department"] for code in ENTERED} == departments
    assert {code for code, period in actuals() if period == LAST} == ENTERED
    assert {period for _, period in actuals() if period > LAST} == set()
    assert {code for code, period in targets() if period == OPEN} == SCORED


@pytest.mark.parametrize(
    ("department", "entered"),
    [
        ("OPERATIONS", {"INVENTORY-RAW", "INVENTORY-WIP", "INVENTORY-FG"}),
        ("PROCUREMENT", {"PAYABLES"}),
        ("SALES", {"REVENUE", "RECEIVABLES"}),
        ("RD", {"RESEARCH-EXPENSE"}),
    ],
)
def test_figures_belong_to_who_answers_for_them(department: str, entered: set[str]) -> None:
    assert {code for code in ENTERED if KPIS[code]["department"] == department} == entered


def test_people_are_roles() -> None:
    roles = {row["role"] for row in sheet("people")}

    assert all(row["email"].endswith("@example.com") for row in sheet("people"))
    assert roles == {
        "executive",
        "department_head",
        "finance_admin",
        "auditor",
        "system_admin",
        "viewer",
    }


def test_targets_are_paths_of_quarters_and_say_whether_they_were_published() -> None:
    path = quarters("2018-Q1", "2026-Q4")
    published = {row["kpi"] for row in sheet("targets") if row["illustrative"] == "no"}

    assert published == {"REVENUE-IN-OUTLOOK"}
    for code in SCORED - {"REVENUE-IN-OUTLOOK", "FORECAST-ERROR"}:
        assert [period for kpi, period in targets() if kpi == code] == path, code
    assert all(
        row["source"] == "illustrative" if row["illustrative"] == "yes" else row["source"]
        for row in sheet("targets")
    )


def test_every_target_is_better_than_its_baseline() -> None:
    for (code, period), row in targets().items():
        if KPIS[code]["direction"] == "band":
            assert float(row["band_low"]) < float(row["band_high"]), (code, period)
        else:
            ahead = float(row["target"]) - float(row["baseline"])
            assert ahead > 0 if KPIS[code]["direction"] == "higher" else ahead < 0, (code, period)


def test_targets_of_the_cash_cycle_add_up() -> None:
    for period in quarters("2018-Q1", "2026-Q4"):
        for cell in ("baseline", "target"):
            raw, wip, finished, dio, dso, dpo, ccc = (
                round(float(targets()[code, period][cell]) * 10)
                for code in ("DIO-RAW", "DIO-WIP", "DIO-FG", "DIO", "DSO", "DPO", "CCC")
            )
            assert dio == raw + wip + finished, (period, cell)
            assert ccc == dio + dso - dpo, (period, cell)
