"""What a cascade must satisfy: each problem named by sheet, row and column, nothing written."""

from pathlib import Path

import pytest

from kpis.models import KPI, Actual, ReportingPeriod
from organisation.models import Entity, Organisation
from tests.interchange.files import SHEETS, import_sheets, refusal

pytestmark = pytest.mark.django_db

KPI_HEAD = (
    "code,name,category,department,unit,direction,frequency,time_rollup,entity_rollup,formula\n"
)
OTD = "OTD,On time,operational,OPS,%,higher,monthly,average,,\n"
REV = "REV,Revenue,financial,OPS,money,higher,monthly,sum,,\n"
SAFE = "SAFE,Safety,people,OPS,,band,quarterly,last,,\n"


def kpi(code: str = "NEW", **other: str) -> str:
    """Write the sheet of KPIs with one more, which differs from a plain one as told."""
    row = {
        "code": code,
        "name": "New",
        "category": "financial",
        "department": "OPS",
        "unit": "",
        "direction": "higher",
        "frequency": "monthly",
        "time_rollup": "sum",
        "entity_rollup": "",
        "formula": "",
    } | other
    return KPI_HEAD + OTD + REV + SAFE + ",".join(row.values()) + "\n"


CASES: list[tuple[str, str, str]] = [
    # sheet, text, how the only error begins
    ("settings", "key,value\nfiscal_year_start,13\n", "settings, 2, value: fiscal_year_start: "),
    ("settings", "key,value\ncurrency,euro\n", "settings, 2, value: currency: 'euro' is not a"),
    ("settings", "key,value\ntimezone,Mars\n", "settings, 2, value: timezone: 'Mars' is not a"),
    ("settings", "key,value\non_track,120\n", "settings, 2, value: on_track: '120' does not fit"),
    ("settings", "key,value\nmin_coverage,50%\n", "settings, 2, value: min_coverage: '50%' does"),
    ("settings", "key,value\nat_risk,95\n", "settings, 2, value: at_risk (95) is above on_track"),
    ("settings", "key,value\non_track,50\n", "settings, 2, value: at_risk (70) is above on_track"),
    ("settings", "key,value\nplan,A\nplan,B\n", "settings, 3, key: 'plan' stands twice, first in"),
    (
        "entities",
        "code,name,parent\nGRP,G,\nDE,D,GRP\nUS,U,\n",
        "entities, 4, parent: 2 entities have no parent: GRP, US, accepted: exactly one",
    ),
    (
        "entities",
        "code,name,parent\nGRP,G,\nDE,D,GRP\nUS,U,GRP\nA,A,B\nB,B,A\n",
        "entities, 5, parent: the parents go round in a circle: A > B > A",
    ),
    (
        "entities",
        "code,name,parent\nGRP,G,\nDE,D,GRP\nUS,U,NOPE\n",
        "entities, 4, parent: there is no 'NOPE' in entities",
    ),
    (
        "entities",
        "code,name,parent,active_from,active_to\nGRP,G,,,\nDE,D,GRP,,\nUS,U,GRP,2026-03,2026-02\n",
        "entities, 4, active_to: the entity ends (2026-02) before it starts (2026-03)",
    ),
    ("departments", "code,name\nOPS,\n", "departments, 2, name: is empty, accepted: a value"),
    (
        "departments",
        "code,name,head_email\nOPS,Operations,nobody\n",
        "departments, 2, head_email: 'nobody' is not an email address",
    ),
    (
        "people",
        "email,role,department\na@example.com,department_head,\n",
        "people, 2, department: a department_head has no department",
    ),
    (
        "people",
        "email,role,department\na@example.com,chief,\n",
        "people, 2, role: 'chief' is none of them, accepted: executive, department_head, ",
    ),
    (
        "people",
        "email,role,department\na@example.com,viewer,NOPE\n",
        "people, 2, department: there is no 'NOPE' in departments",
    ),
    (
        "people",
        "email,name,role\na@example.com,Ann,viewer\nA@example.com,Bob,auditor\n",
        "people, 3, name: a@example.com is called 'Ann' in another row",
    ),
    (
        "people",
        "email,role\na@example.com,viewer\nA@Example.com,viewer\n",
        "people, 3, email: 'a@example.com viewer' stands twice, first in row 2",
    ),
    (
        "objectives",
        "code,name,perspective\nTOP,V,FIN\nOBJ,S,NOPE\n",
        "objectives, 3, perspective: there is no 'NOPE' in perspectives",
    ),
    (
        "objectives",
        "code,name\nTOP,V\nOBJ,S\nOTD,Clash\n",
        "kpis, 2, code: 'OTD' is the code of an objective and of a KPI",
    ),
    (
        "objectives",
        "code,name,aggregation\nTOP,V,\nOBJ,S,median\n",
        "objectives, 3, aggregation: 'median' is none of them, accepted: arithmetic, geometric, ",
    ),
    ("kpis", kpi(frequency="weekly"), "kpis, 5, frequency: weekly KPIs come later"),
    ("kpis", kpi(direction=""), "kpis, 5, direction: is empty"),
    ("kpis", kpi(department="NOPE"), "kpis, 5, department: there is no 'NOPE' in departments"),
    ("kpis", kpi(time_rollup="formula"), "kpis, 5, time_rollup: time_rollup is formula, but the "),
    ("kpis", kpi(entity_rollup="formula"), "kpis, 5, entity_rollup: entity_rollup is formula, but"),
    (
        "kpis",
        kpi(formula="[OTD]", time_rollup="formula", entity_rollup="sum"),
        "kpis, 5, entity_rollup: time_rollup formula does not go with entity_rollup sum",
    ),
    ("kpis", kpi(formula="[OTD] +"), "kpis, 5, formula: '[OTD] +', column 8: "),
    ("kpis", kpi(formula="[NOPE]"), "kpis, 5, formula: '[NOPE]', column 1: there is no KPI 'NOPE'"),
    ("kpis", kpi(formula="[TOP]"), "kpis, 5, formula: '[TOP]', column 1: TOP is an objective"),
    (
        "kpis",
        kpi(formula="[NEW] * 2"),
        "kpis, 5, formula: the formulas go round in a circle: NEW > NEW",
    ),
    (
        "kpis",
        kpi("A", formula="prev([B])") + "B,B,financial,OPS,,higher,monthly,sum,,[A]\n",
        "kpis, 6, formula: the formulas go round in a circle: A > B > A",
    ),
    (
        "kpis",
        kpi("Y", frequency="annual") + "M,M,financial,OPS,,higher,monthly,sum,,[Y] / 12\n",
        "kpis, 6, formula: '[Y] / 12', column 1: Y is a sum over a longer period (annual)",
    ),
    (
        "kpis",
        kpi("T", formula="prev([OTD])") + "M,M,financial,OPS,,higher,monthly,sum,,ytd([T])\n",
        "kpis, 6, formula: 'ytd([T])', column 5: ytd(T): the formula of T uses a time function",
    ),
    ("kpis", kpi(code="no code"), "kpis, 5, code: 'no code' is not a code, accepted: 1 to 64 of"),
    ("kpis", kpi(code="x" * 65), "kpis, 5, code: "),
    ("kpis", kpi(name="x" * 201), "kpis, 5, name: has 201 characters, accepted: at most 200"),
    ("kpis", kpi(name="a\x01b"), "kpis, 5, name: holds the control character U+0001"),
    (
        "links",
        "parent,child,weight\nTOP,OBJ,0\n",
        "links, 2, weight: the weight 0 is not above 0, accepted: a number above 0",
    ),
    ("links", "parent,child,weight\nTOP,OBJ,\n", "links, 2, weight: is empty"),
    ("links", "parent,child,weight\nTOP,NOPE,1\n", "links, 2, child: there is no 'NOPE' in "),
    ("links", "parent,child,weight\nTOP,OBJ,1\nTOP,OBJ,2\n", "links, 3, parent: 'TOP OBJ' stands"),
    (
        "links",
        "parent,child,weight\nOTD,OBJ,1\n",
        "links, 2, child: the objective 'OBJ' stands beneath the KPI 'OTD'",
    ),
    (
        "links",
        "parent,child,weight,kind\nTOP,OBJ,1,\nOBJ,OTD,1,\nOTD,REV,1,drives\nREV,OTD,1,\n",
        "links, 5, child: the links go round in a circle: OTD > REV > OTD",
    ),
    ("links", "parent,child,weight\nTOP,TOP,1\n", "links, 2, child: the links go round in a circ"),
    (
        "targets",
        "kpi,period,target\nNOPE,2026,1\n",
        "targets, 2, kpi: there is no 'NOPE' in kpis",
    ),
    (
        "targets",
        "kpi,entity,period,target\nOTD,NOPE,2026,1\n",
        "targets, 2, entity: there is no 'NOPE' in entities",
    ),
    (
        "targets",
        "kpi,period,band_low,band_high\nSAFE,2026-01,1,2\n",
        "targets, 2, period: 2026-01 is shorter than a quarter, in which SAFE is measured,"
        " accepted: a quarter or a fiscal year",
    ),
    (
        "targets",
        "kpi,period,band_low,band_high\nSAFE,2026-Q1,1,\n",
        "targets, 2, band_high: SAFE has a band, and an edge is missing",
    ),
    (
        "targets",
        "kpi,period,band_low,band_high\nSAFE,2026-Q1,3,2\n",
        "targets, 2, band_low: the lower edge 3 is above the upper one 2",
    ),
    (
        "targets",
        "kpi,entity,period,target\nOTD,,2026-01,1\nOTD,GRP,2026-01,2\n",
        "targets, 3, kpi: 'OTD GRP 2026-01' stands twice, first in row 2",
    ),
    ("targets", "kpi,period,target\nREV,2026-01,12%\n", "targets, 2, target: 12 % is a percentage"),
    ("targets", "kpi,period,target\nOTD,2026-W14,1\n", "targets, 2, period: 2026-W14 is a week, "),
    (
        "actuals",
        "kpi,period,value\nROS,2026-01,1\n",
        "actuals, 2, kpi: ROS is calculated by a formula and takes no actual",
    ),
    (
        "actuals",
        "kpi,period,value\nOTD,2026-Q1,1\n",
        "actuals, 2, period: 2026-Q1 is not a month, in which OTD is measured, accepted: a month",
    ),
    (
        "actuals",
        "kpi,entity,period,value\nOTD,,2026-01,1\nOTD,GRP,2026-01,1\n",
        "actuals, 3, kpi: 'OTD GRP 2026-01' stands twice, first in row 2",
    ),
    ("actuals", 'kpi,period,value\nOTD,2026-01,"1,234"\n', "actuals, 2, value: '1,234' could be "),
    ("actuals", "kpi,period,value\nNOPE,2026-01,1\n", "actuals, 2, kpi: there is no 'NOPE' in "),
    (
        "actuals",
        "kpi,period,value,status\nOTD,2026-01,1,final\n",
        "actuals, 2, status: 'final' is none of them, accepted: draft, submitted, approved",
    ),
    (
        "rates",
        "currency,period,average,closing\nEUR,2026-01,1,1\n",
        "rates, 2, currency: EUR is the organisation's own currency, whose rate is 1",
    ),
    (
        "rates",
        "currency,period,average,closing\nUSD,2026-01,0,1\n",
        "rates, 2, average: the rate 0 is not a number above 0",
    ),
    ("rates", "currency,period,average,closing\nUSD,2026-01,,1\n", "rates, 2, average: is empty"),
]


@pytest.mark.parametrize(("sheet", "text", "line"), CASES)
def test_a_problem_is_named_and_nothing_is_written(
    tmp_path: Path, sheet: str, text: str, line: str
) -> None:
    assert refusal(tmp_path, **{sheet: text}).startswith(line)
    assert not Organisation.objects.exists()
    assert not Entity.objects.exists()
    assert not ReportingPeriod.objects.exists()


def test_every_problem_of_every_sheet_is_named_at_once(tmp_path: Path) -> None:
    answer = import_sheets(
        tmp_path,
        objectives="code,name,state\nTOP,V,\nOBJ,S,gone\n",
        kpis=kpi(direction="up"),
        links="parent,child,weight\nTOP,OBJ,-1\nOBJ,NEW,x\n",
        actuals="kpi,period,value\nOTD,2026-01,a lot\nOTD,2026-13,1\n",
    )

    assert [line.split(":")[0] for line in answer.errors] == [
        "objectives, 3, state",
        "kpis, 5, direction",
        "links, 2, weight",
        "links, 3, weight",
        "actuals, 2, value",
        "actuals, 3, period",
    ]


def test_an_actual_while_its_entity_is_not_active_is_refused(tmp_path: Path) -> None:
    entities = "code,name,parent,active_from\nGRP,G,,\nDE,D,GRP,2026-01\nUS,U,GRP,2026-02\n"
    actuals = "kpi,entity,period,value\nREV,DE,2026-01,1\nREV,US,2026-01,1\n"

    assert refusal(tmp_path, entities=entities, actuals=actuals) == (
        "actuals, 3, entity: US is not active in 2026-01, accepted: entities while they are active"
    )


def test_a_quarter_in_which_an_entity_is_active_for_a_month_takes_an_actual(tmp_path: Path) -> None:
    entities = "code,name,parent,active_to\nGRP,G,,\nDE,D,GRP,\nUS,U,GRP,2026-04\n"
    actuals = "kpi,entity,period,value\nSAFE,US,2026-Q2,1\n"

    assert import_sheets(tmp_path, entities=entities, actuals=actuals).code == 0


def test_a_yearly_target_of_a_monthly_kpi_that_is_no_sum_is_a_warning(tmp_path: Path) -> None:
    answer = import_sheets(tmp_path, targets="kpi,period,target\nOTD,2026,95\nREV,2026,95\n")

    assert answer.code == 0
    assert answer.warnings == [
        "targets, 2, period: the target of OTD is held flat: a path needs a row a period"
    ]


def test_a_target_while_its_entity_is_not_active_is_a_warning(tmp_path: Path) -> None:
    entities = "code,name,parent,active_to\nGRP,G,,\nDE,D,GRP,\nUS,U,GRP,2025-06\n"
    answer = import_sheets(
        tmp_path, entities=entities, targets="kpi,entity,period,target\nREV,US,2026-01,1\n"
    )

    assert answer.code == 0
    assert answer.warnings[0].startswith("targets, 2, entity: US is not active in 2026-01")


def test_a_formula_for_a_kpi_that_has_actuals_is_refused(tmp_path: Path) -> None:
    import_sheets(tmp_path)
    changed = SHEETS["kpis"].replace("monthly,average,\n", "monthly,average,[REV]\n")

    answer = import_sheets(tmp_path, full=False, kpis=changed)

    assert answer.errors == [
        "kpis, 2, formula: OTD has actuals, and a KPI with a formula takes none,"
        " accepted: no formula"
    ]


def test_another_frequency_for_a_kpi_that_has_actuals_is_refused(tmp_path: Path) -> None:
    import_sheets(tmp_path)
    changed = SHEETS["kpis"].replace("money,higher,monthly", "money,higher,quarterly")
    changed = changed.replace("[OTD] / [REV]", "[OTD]")

    answer = import_sheets(tmp_path, full=False, kpis=changed)

    assert answer.errors == [
        "kpis, 3, frequency: REV has actuals, and they are monthly, accepted: monthly"
    ]


def test_a_band_for_a_kpi_whose_targets_have_none_is_refused(tmp_path: Path) -> None:
    import_sheets(tmp_path)
    changed = SHEETS["kpis"].replace("%,higher", "%,band")

    refused = import_sheets(tmp_path, full=False, kpis=changed)
    targets = "kpi,entity,period,band_low,band_high\nOTD,DE,2026-01,90,100\n"
    accepted = import_sheets(tmp_path, full=False, kpis=changed, targets=targets)

    assert refused.errors == [
        "kpis, 2, direction: OTD has targets without a band, accepted: higher"
    ]
    assert (accepted.code, accepted.counts) == (0, "added 0, changed 2, unchanged 3")


def test_an_entity_does_not_end_before_its_figures(tmp_path: Path) -> None:
    import_sheets(tmp_path)
    ended = "code,name,parent,active_to\nDE,Germany,GRP,2025-12\n"

    answer = import_sheets(tmp_path, full=False, entities=ended)

    assert answer.errors[0].startswith("entities, 2, active_from: the entity has actuals in months")


def test_the_own_currency_cannot_become_one_with_rates(tmp_path: Path) -> None:
    import_sheets(tmp_path)

    answer = import_sheets(tmp_path, full=False, settings="key,value\ncurrency,USD\n")

    assert answer.errors[0].startswith("settings, 1, value: there are rates for USD")


def test_an_import_that_is_refused_leaves_what_is_there(tmp_path: Path) -> None:
    import_sheets(tmp_path)

    answer = import_sheets(
        tmp_path,
        full=False,
        kpis=kpi(),
        actuals="kpi,entity,period,value\nOTD,DE,2026-01,1\nNEW,DE,2026-01,?\n",
    )

    assert answer.code == 1
    assert not KPI.objects.filter(node__code="NEW").exists()
    assert Actual.objects.get(kpi__node__code="OTD").revisions.count() == 1


def test_a_threshold_is_named_where_it_stands_beside_one_that_is_stored(tmp_path: Path) -> None:
    import_sheets(tmp_path)

    answer = import_sheets(tmp_path, False, settings="key,value\nplan,A\non_track,50\n")  # noqa: FBT003

    assert answer.errors == [
        "settings, 3, value: at_risk (70) is above on_track (50), accepted: at most on_track"
    ]
