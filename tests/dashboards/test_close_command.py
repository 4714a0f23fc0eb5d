"""The command that closes periods, and that reopens them once two people said the same."""

import io

import pytest
from django.core.management import call_command

from kpis.models import KPI, PeriodState, Reopening
from organisation.models import AuditEntry
from tests.factories import (
    aim,
    figure,
    link,
    make_entity,
    make_kpi,
    make_objective,
    make_organisation,
    make_person,
    record,
)

pytestmark = pytest.mark.django_db
QUARTER = "2026-Q1"
FIN, CFO, BOSS = "fin@example.com", "cfo@example.com", "boss@example.com"


@pytest.fixture
def stock() -> KPI:
    make_organisation()
    make_entity("PLANT")
    kpi = make_kpi("STOCK", entities=("GROUP", "PLANT"))
    link(make_objective("GOAL"), kpi.node)
    for code in ("GROUP", "PLANT"):
        aim(kpi, QUARTER, entity=code, target="10", baseline="0")
    make_person(FIN, "finance_admin")
    make_person(CFO, "finance_admin")
    make_person(BOSS, "executive")
    make_person("head@example.com", "department_head", department="OPS")
    make_person("part@example.com", "finance_admin", entity="PLANT")
    return kpi


def run(*words: str) -> tuple[int, list[str], list[str]]:
    """Return the exit code and the lines on both outputs."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("close_period", *words, stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, out.getvalue().splitlines(), err.getvalue().splitlines()


def all_in(kpi: KPI) -> None:
    record(figure(kpi, QUARTER, "8"), figure(kpi, QUARTER, "9", entity="PLANT"))


def closed() -> set[tuple[str, str]]:
    rows = PeriodState.objects.filter(state="closed")
    return set(rows.values_list("period__label", "entity__code"))


def test_a_period_closes_for_all_members_first(stock: KPI) -> None:
    all_in(stock)

    code, out, err = run(QUARTER, "--user", FIN)

    labels = ["2026-01", "2026-02", "2026-03", QUARTER]
    said = [f"{label} {one} closed, snapshot 1" for one in ("PLANT", "GROUP") for label in labels]
    assert (code, out, err) == (0, [*said, "closed 8"], [])
    assert {label for label, _ in closed()} == set(labels)
    entry = AuditEntry.objects.filter(action="close_period")[0]
    assert (str(entry.actor), entry.path) == ("Fin", "command")


def test_a_period_closes_for_one_entity(stock: KPI) -> None:
    all_in(stock)

    code, out, _ = run(QUARTER, "--entity", "PLANT", "--user", "part@example.com")

    assert (code, out[-1]) == (0, "closed 4")
    assert {entity for _, entity in closed()} == {"PLANT"}


def test_gaps_are_told_line_by_line_and_nothing_closes(stock: KPI) -> None:
    record(figure(stock, QUARTER, "8", status="submitted"))

    code, out, err = run(QUARTER, "--user", FIN)

    assert code == 1
    assert err == [
        "2026-Q1, GROUP, STOCK KPI STOCK: submitted, not approved (Department OPS: Head)",
        "2026-Q1, PLANT, STOCK KPI STOCK: no figure yet (Department OPS: Head)",
    ]
    assert out == ["Nothing was closed. Mend the gaps, or say --reason why not."]
    assert closed() == set()


def test_a_reason_closes_in_spite_of_gaps(stock: KPI) -> None:
    record(figure(stock, QUARTER, "8"))

    code, out, err = run(QUARTER, "--user", FIN, "--reason", "The plant burned down")

    assert (code, out[-1], err) == (0, "closed 8", [])
    assert {row.why for row in PeriodState.objects.all()} == {"The plant burned down"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["2026-Q9", "--user", FIN], "There is no period '2026-Q9'."),
        ([QUARTER, "--entity", "NOPE", "--user", FIN], "There is no entity 'NOPE'."),
        ([QUARTER, "--user", "nobody@example.com"], "Nobody here has the email address nobody@"),
        ([QUARTER, "--user", BOSS], "boss@example.com may not close the periods of all entities"),
        ([QUARTER, "--user", "part@example.com"], "part@example.com may not close the periods of"),
        ([QUARTER, "--entity", "GROUP", "--user", "part@example.com"], "of Group: ask a finance"),
        ([QUARTER, "--entity", "GROUP", "--user", FIN], "Group closes after its members: Plant"),
        ([QUARTER, "--reopen", "--reason", "Late", "--user", FIN], "2026-Q1 is not closed for"),
        ([QUARTER, "--reopen", "--reason", "Late", "--user", BOSS], "boss@example.com may not clo"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    stock: KPI, words: list[str], said: str
) -> None:
    all_in(stock)

    code, out, err = run(*words)

    assert (code, out, len(err)) == (1, [], 1)
    assert said in err[0]
    assert closed() == set()


def test_a_closed_period_is_not_closed_twice(stock: KPI) -> None:
    all_in(stock)
    run(QUARTER, "--user", FIN)

    code, _, err = run(QUARTER, "--user", FIN)

    assert code == 1
    assert "is closed for every entity already" in err[0]


@pytest.mark.parametrize("second", [CFO, BOSS])
@pytest.mark.parametrize("where", [[], ["--entity", "PLANT"]])
def test_the_same_line_by_a_second_person_reopens(
    stock: KPI, second: str, where: list[str]
) -> None:
    all_in(stock)
    run(QUARTER, "--user", FIN)
    line = [QUARTER, *where, "--reopen", "--reason", "A late invoice"]

    asked, out, _ = run(*line, "--user", FIN)

    assert asked == 0
    assert out[-1].startswith("asked to reopen 2026-Q1 for ")
    assert len(closed()) == 8
    confirmed, out, _ = run(*line, "--user", second)
    assert (confirmed, out[-1]) == (0, "reopened 8")
    assert "2026-Q1 PLANT reopened" in out
    assert closed() == set()


def test_the_same_line_by_the_same_person_opens_nothing(stock: KPI) -> None:
    all_in(stock)
    run(QUARTER, "--user", FIN)
    line = [QUARTER, "--reopen", "--reason", "A late invoice", "--user", FIN]
    run(*line)

    code, out, err = run(*line)

    assert (code, out) == (1, [])
    assert "a second person must confirm" in err[0]
    assert len(closed()) == 8


def test_a_head_confirms_nothing(stock: KPI) -> None:
    all_in(stock)
    run(QUARTER, "--user", FIN)
    line = [QUARTER, "--reopen", "--reason", "A late invoice", "--user"]
    run(*line, FIN)

    code, _, err = run(*line, "head@example.com")

    assert (code, err) == (
        1,
        [
            "head@example.com may not confirm a reopening: ask an executive or a finance admin.",
        ],
    )
    assert len(closed()) == 8


def test_asking_needs_a_reason(stock: KPI) -> None:
    all_in(stock)
    run(QUARTER, "--user", FIN)

    code, _, err = run(QUARTER, "--reopen", "--user", FIN)

    assert (code, len(err)) == (1, 1)
    assert not Reopening.objects.exists()


def test_a_reopened_period_closes_again_with_a_second_snapshot(stock: KPI) -> None:
    all_in(stock)
    run(QUARTER, "--user", FIN)
    line = [QUARTER, "--entity", "PLANT", "--reopen", "--reason", "A late invoice", "--user"]
    run(*line, FIN)
    run(*line, CFO)

    code, out, _ = run(QUARTER, "--user", FIN)

    assert code == 0
    assert "2026-Q1 PLANT closed, snapshot 2" in out
