"""Rows that forms and the API edit: the same rules as a file has, and nobody is overwritten."""

from decimal import Decimal

import pytest

from kpialign.interchange.changing import CascadeRefusedError
from kpialign.interchange.editing import RowChangedError, edit_rows, fingerprint, stored_row
from kpis.models import KPI, Target
from objectives.models import CascadeLink
from organisation.models import AuditEntry, RecomputeRequest, User
from tests.factories import link, make_kpi, make_objective, make_organisation, make_person


@pytest.fixture(autouse=True)
def company(db: None) -> None:
    make_organisation()
    objective = make_objective("MARGIN")
    for code in ("A", "B"):
        link(objective, make_kpi(code).node)


@pytest.fixture
def admin() -> User:
    return make_person("admin@example.com", "finance_admin")


def pairs() -> dict[tuple[str, str], Decimal]:
    found = CascadeLink.objects.values_list("parent__code", "child__code", "weight")
    return {(parent, child): weight for parent, child, weight in found}


def test_a_column_that_is_not_given_stays(admin: User) -> None:
    changed = edit_rows(rows={"kpis": [{"code": "A", "name": "Days"}]}, by=admin, path="form")

    kpi = KPI.objects.get(node__code="A")
    assert (kpi.name, kpi.category, kpi.frequency) == ("Days", "operational", "quarterly")
    assert (changed.difference.added, changed.difference.changed) == (0, 1)


def test_an_edit_stands_in_the_trail_with_who_why_and_by_which_path(admin: User) -> None:
    edit_rows(rows={"kpis": [{"code": "A", "name": "Days"}]}, by=admin, path="api", why="Clearer")

    entry = AuditEntry.objects.get(subject_kind="kpi", subject_key="A")
    assert (entry.actor, entry.path, entry.why) == (admin, "api", "Clearer")
    assert (entry.before, entry.after) == ({"name": "KPI A"}, {"name": "Days"})
    assert RecomputeRequest.objects.filter(kind="node", key="A").exists()


def test_a_new_row_needs_what_the_sheet_requires(admin: User) -> None:
    with pytest.raises(CascadeRefusedError) as refused:
        edit_rows(rows={"kpis": [{"code": "NEW", "name": "New"}]}, by=admin, path="form")

    assert {problem.column for problem in refused.value.errors} >= {"category", "department"}
    assert not KPI.objects.filter(node__code="NEW").exists()


def test_an_unknown_column_is_an_error(admin: User) -> None:
    with pytest.raises(CascadeRefusedError) as refused:
        edit_rows(rows={"kpis": [{"code": "A", "approved": "yes"}]}, by=admin, path="api")

    assert [problem.column for problem in refused.value.errors] == ["approved"]


def test_a_parent_gets_exactly_the_children_listed(admin: User) -> None:
    row = {"parent": "MARGIN", "child": "A", "weight": "3"}

    edit_rows(rows={"links": [row]}, by=admin, path="form")

    assert pairs() == {("MARGIN", "A"): Decimal(3)}


def test_a_parent_can_lose_all_its_children(admin: User) -> None:
    edit_rows(rows={}, childless=["MARGIN"], by=admin, path="form")

    assert pairs() == {}


def test_a_loop_is_refused_with_its_way_around(admin: User) -> None:
    edit_rows(rows={"links": [{"parent": "A", "child": "B", "weight": "1"}]}, by=admin, path="form")

    with pytest.raises(CascadeRefusedError) as refused:
        edit_rows(
            rows={"links": [{"parent": "B", "child": "A", "weight": "1"}]}, by=admin, path="form"
        )

    assert "A > B > A" in str(refused.value.errors[0]) or "B > A > B" in str(
        refused.value.errors[0]
    )
    assert ("B", "A") not in pairs()


def test_a_target_is_set_and_blanked(admin: User) -> None:
    cell = {"kpi": "A", "entity": "", "period": "2026-Q1"}

    edit_rows(rows={"targets": [cell | {"target": "12,5"}]}, by=admin, path="form")
    first = Target.objects.get().target
    edit_rows(rows={"targets": [cell | {"target": ""}]}, by=admin, path="form")

    assert (first, Target.objects.get().target) == (Decimal("12.5"), None)


@pytest.mark.parametrize("sheet", ["kpis", "links", "targets"])
def test_what_somebody_else_changed_meanwhile_is_not_overwritten(admin: User, sheet: str) -> None:
    other = make_person("other@example.com", "finance_admin")
    target = {"kpi": "A", "entity": "GROUP", "period": "2026-Q1"}
    edits = {
        "kpis": ("A", {"code": "A", "name": "{}"}),
        "links": ("MARGIN", {"parent": "MARGIN", "child": "A", "weight": "{}"}),
        "targets": (("A", "GROUP", "2026-Q1"), target | {"target": "{}"}),
    }
    key, row = edits[sheet]
    filled = [{name: text.format(number) for name, text in row.items()} for number in (7, 8)]
    seen = {(sheet, key): fingerprint(stored_row(sheet, key))}

    edit_rows(rows={sheet: [filled[0]]}, by=other, path="form", seen=seen)
    stands = stored_row(sheet, key)
    with pytest.raises(RowChangedError) as refused:
        edit_rows(rows={sheet: [filled[1]]}, by=admin, path="form", seen=seen)

    assert refused.value.who == "Other"
    assert stored_row(sheet, key) == stands


def test_a_dry_run_checks_and_writes_nothing(admin: User) -> None:
    with pytest.raises(CascadeRefusedError):
        edit_rows(
            rows={"kpis": [{"code": "A", "formula": "B +"}]}, by=admin, path="form", dry_run=True
        )
    edit_rows(rows={"kpis": [{"code": "A", "name": "X"}]}, by=admin, path="form", dry_run=True)

    assert KPI.objects.get(node__code="A").name == "KPI A"


def test_who_may_not_edit_the_cascade_changes_nothing() -> None:
    viewer = make_person("viewer@example.com", "viewer")

    with pytest.raises(CascadeRefusedError):
        edit_rows(rows={"kpis": [{"code": "A", "name": "X"}]}, by=viewer, path="api")

    assert KPI.objects.get(node__code="A").name == "KPI A"
