"""What an import adds, changes and leaves; by whom; whole or not at all."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from kpialign.interchange import changing
from kpialign.interchange.difference import Difference, difference
from kpialign.interchange.proposal import Proposal
from kpis.models import KPI, Actual, ActualRevision, Node, PeriodState, ReportingPeriod, Target
from objectives.models import CascadeLink, Perspective
from organisation.models import (
    AuditEntry,
    Entity,
    Membership,
    Organisation,
    RecomputeRequest,
    User,
)
from tests.interchange.files import SHEETS, Answer, folder, import_sheets, run

pytestmark = pytest.mark.django_db

ACTUALS = "kpi,entity,period,value"


def figures(tmp_path: Path, *rows: str, head: str = ACTUALS) -> str:
    """Import these rows of actuals alone, and return the counts."""
    answer = import_sheets(tmp_path, full=False, actuals="\n".join([head, *rows]) + "\n")
    assert answer.code == 0, answer
    return answer.counts


def cell(kpi: str = "OTD", period: str = "2026-01") -> Actual:
    return Actual.objects.select_related("counted", "draft").get(
        kpi__node__code=kpi, entity__code="DE", period__label=period
    )


def shown(revision: ActualRevision | None) -> object:
    return (revision.value, revision.status, revision.comment) if revision else None


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a folder for files, with the small cascade imported."""
    assert import_sheets(tmp_path).code == 0
    return tmp_path


def test_an_empty_database_gets_organisation_group_and_perspectives(tmp_path: Path) -> None:
    objectives = "code,name,perspective\nTOP,Value,financial\nOBJ,Service,Learning & Growth\n"
    sheets = {"departments": SHEETS["departments"], "objectives": objectives}

    first = run("import_cascade", folder(tmp_path / "in", sheets))
    second = run("import_cascade", folder(tmp_path / "in", sheets))

    assert (first.counts, second.counts) == (
        "added 3, changed 0, unchanged 0",
        "added 0, changed 0, unchanged 3",
    )
    assert Organisation.objects.get().currency == "EUR"
    assert [entity.code for entity in Entity.objects.all()] == ["GROUP"]
    assert list(Perspective.objects.values_list("code", "name", "financial")) == [
        ("Learning-Growth", "Learning & Growth", False),
        ("financial", "financial", True),
    ]


def test_sheets_with_a_header_alone_change_nothing(small: Path) -> None:
    headers = {name: text.splitlines()[0] + "\n" for name, text in SHEETS.items()}

    answer = import_sheets(small, full=False, **headers)

    assert (answer.code, answer.counts) == (0, "added 0, changed 0, unchanged 0")


def test_an_absent_column_leaves_what_is_there(small: Path) -> None:
    head = SHEETS["kpis"].splitlines()[0].replace(",unit", "")
    row = "OTD,Punctual,operational,OPS,higher,monthly,average,"

    answer = import_sheets(small, full=False, kpis=f"{head}\n{row}\n")

    assert answer.counts == "added 0, changed 1, unchanged 0"
    assert (KPI.objects.get(node__code="OTD").name, KPI.objects.get(node__code="OTD").unit) == (
        "Punctual",
        "%",
    )


def test_an_empty_cell_sets_the_default(small: Path) -> None:
    import_sheets(small, full=False, settings="key,value\non_track,80\n")
    assert Organisation.objects.get().on_track == 80

    answer = import_sheets(small, full=False, settings="key,value\non_track,\n")

    assert answer.counts == "added 0, changed 1, unchanged 0"
    assert Organisation.objects.get().on_track == 90


def test_other_rows_stay(small: Path) -> None:
    import_sheets(small, full=False, departments="code,name\nHR,People\n")

    assert KPI.objects.filter(department__code="OPS").count() == 4


def test_a_parent_gets_exactly_the_children_listed_and_others_keep_theirs(small: Path) -> None:
    answer = import_sheets(small, full=False, links="parent,child,weight\nOBJ,OTD,3\nOBJ,SAFE,1\n")

    found = CascadeLink.objects.values_list("parent__code", "child__code", "weight")
    links: list[object] = [*sorted(found)]
    assert links == [("OBJ", "OTD", 3), ("OBJ", "SAFE", 1), ("TOP", "OBJ", 1)]
    assert answer.counts == "added 1, changed 2, unchanged 0"


def test_archiving_and_reviving_a_node_changes_it(small: Path) -> None:
    archived = "code,name,state\nOBJ,Service,archived\n"
    head = "code,name,state\nOBJ,Service,\n"

    assert import_sheets(small, full=False, objectives=archived).counts.startswith(
        "added 0, changed 1"
    )
    assert Node.objects.get(code="OBJ").archived_at is not None
    assert import_sheets(small, full=False, objectives=head).counts.startswith("added 0, changed 1")
    assert Node.objects.get(code="OBJ").archived_at is None


def test_the_root_may_go_beneath_a_new_one(small: Path) -> None:
    entities = "code,name,parent\nWORLD,World,\nGRP,Group,WORLD\nFR,France,GRP\n"

    answer = import_sheets(small, full=False, entities=entities)

    assert (answer.code, answer.counts) == (0, "added 2, changed 1, unchanged 0")
    assert Entity.objects.get(parent=None).code == "WORLD"
    assert Entity.objects.get(code="FR").parent == Entity.objects.get(code="GRP")


def test_two_entities_may_change_places(small: Path) -> None:
    entities = "code,name,parent\nDE,Germany,\nGRP,Group,DE\n"

    assert import_sheets(small, full=False, entities=entities).code == 0
    assert Entity.objects.get(parent=None).code == "DE"
    assert Entity.objects.get(code="US").parent == Entity.objects.get(code="GRP")


def test_an_empty_entity_is_the_root(small: Path) -> None:
    figures(small, "OTD,,2026-02,5")

    assert Actual.objects.get(period__label="2026-02").entity.code == "GRP"


def test_the_list_of_entities_is_replaced_by_the_one_given(small: Path) -> None:
    head = SHEETS["kpis"].splitlines()[0] + ",entities\n"
    row = "OTD,On time,operational,OPS,%,higher,monthly,average,,"

    import_sheets(small, full=False, kpis=f"{head}{row}US DE\n")
    assert {e.code for e in KPI.objects.get(node__code="OTD").entities.all()} == {"DE", "US"}
    assert import_sheets(small, full=False, kpis=f"{head}{row}DE US\n").counts.endswith("ged 1")
    import_sheets(small, full=False, kpis=f"{head}{row}DE\n")
    assert {e.code for e in KPI.objects.get(node__code="OTD").entities.all()} == {"DE"}


def test_another_start_of_the_fiscal_year_moves_the_quarters(small: Path) -> None:
    answer = import_sheets(small, full=False, settings="key,value\nfiscal_year_start,10\n")

    assert answer.code == 0
    assert str(ReportingPeriod.objects.get(label="2026-Q1").start_on) == "2025-10-01"
    assert import_sheets(small).counts == "added 0, changed 0, unchanged 23"


def test_percentages_of_a_kpi_in_percent_are_numbers_of_percent(small: Path) -> None:
    figures(small, "OTD,DE,2026-02,97%")

    assert shown(cell(period="2026-02").counted) == (97, "approved", "")


def test_an_empty_value_is_no_row(small: Path) -> None:
    assert figures(small, "OTD,DE,2026-01,", "REV,DE,2026-02,n/a") == (
        "added 0, changed 0, unchanged 0"
    )
    assert shown(cell().counted) == (Decimal("93.5"), "approved", "")


def test_a_changed_figure_becomes_a_revision_and_the_old_one_stays(small: Path) -> None:
    assert figures(small, "OTD,DE,2026-01,94") == "added 0, changed 1, unchanged 0"

    revisions: list[tuple[object, ...]] = list(
        cell().revisions.values_list("number", "value", "status", "path", "by", "why")
    )
    assert [told[:5] for told in revisions] == [
        (1, Decimal("93.5"), "approved", "import", None),
        (2, Decimal(94), "approved", "import", None),
    ]
    assert "Import of" in str(revisions[1][5])
    assert shown(cell().counted) == (94, "approved", "")


def test_without_a_status_column_an_equal_figure_keeps_its_status(small: Path) -> None:
    figures(small, "REV,DE,2026-03,7,submitted", head=ACTUALS + ",status")

    assert figures(small, "REV,DE,2026-03,7") == "added 0, changed 0, unchanged 1"
    assert shown(cell("REV", "2026-03").counted) == (7, "submitted", "")
    assert figures(small, "REV,DE,2026-03,8") == "added 0, changed 1, unchanged 0"
    assert shown(cell("REV", "2026-03").counted) == (8, "approved", "")


def test_without_a_status_column_an_equal_draft_stays_a_draft(small: Path) -> None:
    figures(small, "REV,DE,2026-03,7,draft", head=ACTUALS + ",status")

    assert figures(small, "REV,DE,2026-03,7") == "added 0, changed 0, unchanged 1"
    assert (cell("REV", "2026-03").counted, shown(cell("REV", "2026-03").draft)) == (
        None,
        (7, "draft", ""),
    )


def test_an_empty_status_is_approved(small: Path) -> None:
    figures(small, "REV,DE,2026-03,7,submitted", head=ACTUALS + ",status")

    assert figures(small, "REV,DE,2026-03,7,", head=ACTUALS + ",status").startswith(
        "added 0, changed 1"
    )
    assert shown(cell("REV", "2026-03").counted) == (7, "approved", "")


def test_a_draft_where_a_counted_figure_stands_becomes_a_draft_beside_it(small: Path) -> None:
    head = ACTUALS + ",status"

    assert figures(small, "OTD,DE,2026-01,99,draft", head=head) == (
        "added 0, changed 1, unchanged 0"
    )
    assert figures(small, "OTD,DE,2026-01,99,draft", head=head) == (
        "added 0, changed 0, unchanged 1"
    )
    assert shown(cell().counted) == (Decimal("93.5"), "approved", "")
    assert shown(cell().draft) == (99, "draft", "")


def test_a_counted_figure_takes_the_place_of_a_draft(small: Path) -> None:
    figures(small, "OTD,DE,2026-01,99,draft", head=ACTUALS + ",status")
    figures(small, "OTD,DE,2026-01,98")

    assert (shown(cell().counted), cell().draft) == ((98, "approved", ""), None)
    assert cell().revisions.count() == 3


def test_a_comment_alone_is_a_change_that_keeps_figure_and_status(small: Path) -> None:
    figures(small, "REV,DE,2026-03,7,submitted", head=ACTUALS + ",status")

    assert figures(small, "REV,DE,2026-03,7,late", head=ACTUALS + ",comment") == (
        "added 0, changed 1, unchanged 0"
    )
    assert shown(cell("REV", "2026-03").counted) == (7, "submitted", "late")
    figures(small, "REV,DE,2026-03,8")
    assert shown(cell("REV", "2026-03").counted) == (8, "approved", "late")


def test_a_row_that_would_change_a_closed_period_is_refused_and_an_equal_one_is_not(
    small: Path,
) -> None:
    january = ReportingPeriod.objects.get(label="2026-01")
    germany = Entity.objects.get(code="DE")
    PeriodState.objects.create(period=january, entity=germany, state="closed")

    targets = "kpi,entity,period,target\nOTD,DE,2026-Q1,1\nOTD,DE,2026-02,1\nOTD,GRP,2026-01,1\n"
    rates = "currency,period,average,closing\nUSD,2026-01,0.8,0.9\nUSD,2026-02,1,1\n"
    answer = import_sheets(
        small,
        actuals=f"{ACTUALS}\nOTD,DE,2026-01,1\nREV,DE,2026-01,1200\nOTD,US,2026-01,1\n",
        targets=targets,
        rates=rates,
    )

    assert [line.split(",")[:2] for line in answer.errors] == [
        ["targets", " 2"],
        ["actuals", " 2"],
    ]  # a rate is held once an entity with members is closed
    assert import_sheets(small).counts == "added 0, changed 0, unchanged 23"


def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path) -> None:
    answer = run("import_cascade", folder(tmp_path / "in"), dry_run=True)

    assert (answer.code, answer.counts) == (0, "added 23, changed 0, unchanged 0")
    assert not Organisation.objects.exists()
    assert not AuditEntry.objects.exists()


def test_every_change_stands_in_the_trail(small: Path) -> None:
    import_sheets(
        small,
        full=False,
        entities="code,name,parent\nDE,Deutschland,GRP\n",
        actuals=f"{ACTUALS}\nOTD,DE,2026-01,94\n",
    )

    told = AuditEntry.objects.filter(subject_kind__in=["entity", "actual"]).order_by("-pk")[:2]
    assert {(e.path, e.action, e.subject_kind, e.subject_key) for e in told} == {
        ("import", "import_actuals", "actual", "OTD DE"),
        ("import", "change", "entity", "DE"),
    }
    by_kind = {entry.subject_kind: entry for entry in told}
    assert by_kind["entity"].before == {"name": "Germany"}
    assert by_kind["entity"].after == {"name": "Deutschland"}
    assert by_kind["actual"].before is not None
    assert by_kind["actual"].before["value"] == {"2026-01": "93.500000000000000"}
    assert by_kind["actual"].after is not None
    assert by_kind["actual"].after["value"] == {"2026-01": "94"}


def test_what_changed_is_asked_to_be_computed_again(small: Path) -> None:
    RecomputeRequest.objects.all().delete()

    figures(small, "OTD,DE,2026-01,94")

    asked = RecomputeRequest.objects.values_list("kind", "key", "entity_key")
    assert list(asked) == [("actual", "OTD", "DE")]


def test_an_import_without_change_asks_for_nothing_and_writes_nothing(small: Path) -> None:
    RecomputeRequest.objects.all().delete()
    told = AuditEntry.objects.count()

    import_sheets(small)

    assert not RecomputeRequest.objects.exists()
    assert AuditEntry.objects.count() == told


def test_people_come_without_a_password_and_named_ones_without_a_role(small: Path) -> None:
    import_sheets(small, full=False, departments="code,name,head_email\nHR,HR,New@Example.com\n")

    person = User.objects.get(email="new@example.com")
    assert not person.has_usable_password()
    assert not person.memberships.exists()
    assert Membership.objects.get().user.email == "ops@example.com"


def test_failing_anywhere_while_writing_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = 0
    fails_at = 0

    class InjectedError(Exception):
        """A fault at one statement."""

    def fail(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        nonlocal executed
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            executed += 1
            if executed == fails_at:
                raise InjectedError
        return execute(sql, params, many, context)

    path = folder(tmp_path / "in")
    answer = None
    while answer is None:
        fails_at, executed = fails_at + 1, 0
        try:
            with connection.execute_wrapper(fail):
                answer = run("import_cascade", path)
        except InjectedError:
            assert not Organisation.objects.exists()
            assert not Node.objects.exists()
            assert not ActualRevision.objects.exists()
            assert not AuditEntry.objects.exists()
    assert (answer.code, answer.counts) == (0, "added 23, changed 0, unchanged 0")
    assert fails_at > 20


def test_an_import_overtaken_by_another_write_is_checked_again(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The other write closes the period that this import was about to change.
    real = difference

    def overtaken(proposal: Proposal) -> Difference:
        if not PeriodState.objects.exists():
            january = ReportingPeriod.objects.get(label="2026-01")
            PeriodState.objects.create(
                period=january, entity=Entity.objects.get(code="DE"), state="closed"
            )
            AuditEntry.objects.create(path="form", action="close", subject_kind="period")
        return real(proposal)

    monkeypatch.setattr(changing, "difference", overtaken)

    answer = import_sheets(small, full=False, actuals=f"{ACTUALS}\nOTD,DE,2026-01,94\n")

    assert answer.code == 1
    assert answer.errors[0].startswith("actuals, 2, period: 2026-01 is closed for DE")


def test_an_import_that_is_overtaken_again_and_again_lets_the_others_wait(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(range(100))
    monkeypatch.setattr(changing, "_trail_so_far", lambda: (next(numbers), 0))

    assert figures(small, "OTD,DE,2026-01,94") == "added 0, changed 1, unchanged 0"

    assert shown(cell().counted) == (94, "approved", "")
    assert next(numbers) == 2 * changing.MOST_TRIES


def by(email: str, small: Path, **sheets: str) -> Answer:
    number = len(list(small.iterdir()))
    return run("import_cascade", folder(small / f"in{number}", {}, **sheets), user=email)


def test_a_user_who_is_not_here_is_named(small: Path) -> None:
    answer = by("nobody@example.com", small, departments=SHEETS["departments"])

    assert answer.code == 1
    assert "nobody@example.com" in answer.err[0]


def test_no_address_at_all_is_nobody_and_not_the_system(small: Path) -> None:
    answer = by("", small, departments="code,name\nNEW,New\n")

    assert (answer.code, answer.out) == (1, [])


def test_a_department_head_may_not_import_a_change(small: Path) -> None:
    same = by("ops@example.com", small, actuals=SHEETS["actuals"])
    other = by("ops@example.com", small, actuals=f"{ACTUALS}\nOTD,DE,2026-01,94\n")

    assert (same.code, same.counts) == (0, "added 0, changed 0, unchanged 2")
    assert other.errors == [
        "actuals, 2, -: ops@example.com may not change this sheet,"
        " accepted: an import by a finance admin"
    ]
    assert shown(cell().counted) == (Decimal("93.5"), "approved", "")


def test_a_finance_admin_may_import_all_but_people(small: Path) -> None:
    people = "email,role\nfin@example.com,finance_admin\nsys@example.com,system_admin\n"
    import_sheets(small, full=False, people=people)

    figures_in = by("fin@example.com", small, actuals=f"{ACTUALS}\nOTD,DE,2026-01,94\n")
    people_in = by("fin@example.com", small, people=people + "fin@example.com,auditor\n")
    people_by_admin = by("sys@example.com", small, people=people + "fin@example.com,auditor\n")
    figures_by_admin = by("sys@example.com", small, actuals=f"{ACTUALS}\nOTD,DE,2026-01,95\n")

    assert figures_in.counts == "added 0, changed 1, unchanged 0"
    assert cell().counted is not None
    assert str(AuditEntry.objects.filter(subject_kind="actual").latest("pk").actor) == (
        "fin@example.com"
    )
    assert people_in.errors == [
        "people, 4, email: fin@example.com may not change people and roles,"
        " accepted: rows that change nothing"
    ]
    assert people_by_admin.counts == "added 1, changed 0, unchanged 2"
    assert figures_by_admin.code == 1


def test_targets_change_in_place(small: Path) -> None:
    targets = "kpi,entity,period,target,baseline\nOTD,DE,2026-01,96,90\nOTD,DE,2026-02,97,\n"

    answer = import_sheets(small, full=False, targets=targets)

    assert answer.counts == "added 1, changed 1, unchanged 0"
    held: list[object] = list(
        Target.objects.filter(kpi__node__code="OTD")
        .order_by("period__start_on")
        .values_list("period__label", "target", "baseline")
    )
    assert held == [("2026-01", 96, 90), ("2026-02", 97, None)]
