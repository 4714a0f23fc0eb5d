"""How programs change the cascade: the rules, words and trail of files and forms."""

import pytest

from kpis.models import KPI, NodeDefinition, PeriodState, ReportingPeriod, Target
from objectives.models import CascadeLink
from organisation.models import AuditEntry, Entity, RecomputeRequest
from tests.api.asking import Program, program_of, told
from tests.factories import make_person, period

KPI_BODY = {
    "code": "OEE",
    "name": "Equipment effectiveness",
    "category": "operational",
    "department": "OPS",
    "unit": "%",
    "direction": "higher",
    "frequency": "monthly",
    "time_rollup": "average",
    "entities": ["PLANT"],
    "why": "Planned for 2026",
}


@pytest.fixture
def admin() -> Program:
    return program_of("finance_admin")


def test_a_kpi_is_made_with_the_trail_of_who_and_why(admin: Program) -> None:
    status, body = told(admin.post("kpis/", KPI_BODY))

    assert status == 201
    assert body == {
        **{key: value for key, value in KPI_BODY.items() if key != "why"},
        "description": "",
        "decimals": None,
        "entity_rollup": "",
        "formula": "",
        "aggregation": "arithmetic",
        "owner_email": None,
        "tags": "",
        "state": "active",
    }
    entry = AuditEntry.objects.get(subject_kind="kpi", subject_key="OEE")
    assert (entry.actor, entry.path, entry.why) == (admin.person, "api", "Planned for 2026")
    assert RecomputeRequest.objects.exists()


def test_a_change_touches_what_is_sent_and_nothing_else(admin: Program) -> None:
    status, body = told(admin.patch("kpis/DIO/", {"direction": "lower", "decimals": 1}))

    assert status == 200
    assert (body["direction"], body["decimals"], body["entities"]) == (
        "lower",
        1,
        ["GROUP", "PLANT"],
    )
    assert NodeDefinition.objects.get(node__code="DIO").time_rollup == "sum"


def test_an_objective_is_archived_by_its_state(admin: Program) -> None:
    assert told(admin.patch("objectives/GROWTH/", {"state": "archived"}))[1]["state"] == "archived"

    assert [row["code"] for row in admin.results("objectives/", state="archived")] == ["GROWTH"]


def test_entities_and_departments_are_made_and_changed(admin: Program) -> None:
    entity = {"code": "MILL", "name": "Mill", "parent": "PLANT", "active_from": "2026-03"}
    make_person("head@example.com")

    assert admin.post("entities/", entity).status_code == 201
    assert told(admin.patch("entities/MILL/", {"name": "Old mill"}))[1]["active_from"] == "2026-03"
    assert admin.post("departments/", {"code": "HR", "name": "People"}).status_code == 201
    changed = admin.patch("departments/HR/", {"head_email": "head@example.com"})
    assert told(changed)[1]["head_email"] == "head@example.com"


def test_a_code_that_is_taken_is_told_apart_from_a_change(admin: Program) -> None:
    status, body = told(admin.post("kpis/", KPI_BODY | {"code": "DIO"}))

    assert (status, body) == (
        409,
        {"detail": "The KPI “DIO” is there already; change it with PATCH."},
    )
    assert KPI.objects.get(node__code="DIO").name == "KPI DIO"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"status": "x", "archived_at": 1}, "archived_at", "There is no such field"),
        ({"direction": "sideways"}, "direction", "is none of them; accepted: higher, lower, band."),
        ({"frequency": "weekly"}, "frequency", "Weekly KPIs come later; accepted: monthly"),
        ({"name": 7}, "name", "Not a valid string"),
        ({"name": "\ud800"}, "name", "control characters"),
        ({"name": "a\0b"}, "name", "control characters"),
        ({"decimals": 10**40}, "decimals", "less than or equal to 15"),
        ({"code": "a b"}, "code", "This is no code"),
    ],
)
def test_what_is_wrong_is_told_in_its_field(
    admin: Program, change: dict[str, object], field: str, words: str
) -> None:
    status, body = told(admin.post("kpis/", KPI_BODY | change))

    assert status == 400
    assert words in " ".join(body[field])
    assert not KPI.objects.filter(node__code="OEE").exists()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"department": "NOPE"}, "department", "accepted: a code of departments"),
        ({"formula": "[DIO] +"}, "formula", "accepted:"),
        ({"entities": ["NOWHERE"]}, "entities", "NOWHERE"),
    ],
)
def test_what_does_not_fit_what_is_there_is_a_conflict_told_in_its_field(
    admin: Program, change: dict[str, object], field: str, words: str
) -> None:
    status, body = told(admin.post("kpis/", KPI_BODY | change))

    assert (status, sorted(body), list(body["errors"])) == (409, ["detail", "errors"], [field])
    assert words in " ".join(body["errors"][field])
    assert body["detail"] == f"{' '.join(body['errors'][field])} Nothing was saved."
    assert not KPI.objects.filter(node__code="OEE").exists()


@pytest.mark.parametrize("path", ["entities/PLANT/", "departments/OPS/", "kpis/DIO/"])
def test_a_code_never_changes(admin: Program, path: str) -> None:
    status, body = told(admin.patch(path, {"code": "OTHER"}))

    assert (status, list(body)) == (400, ["code"])
    assert body["code"][0].startswith("This never changes; accepted: why, name, ")


def test_a_change_without_the_slash_is_not_taken_for_a_question(admin: Program) -> None:
    answer = admin.post("objectives", {"code": "NEW", "name": "New"})

    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/objectives/")
    assert told(admin.post("nothing", {}))[0] == 404


def test_a_link_is_added_and_taken_away_one_by_one(admin: Program) -> None:
    link = {"parent": "MARGIN", "child": "CCC", "weight": "0.5", "lag": 2}

    assert told(admin.post("links/", link))[0] == 201
    assert [(row["child"], row["weight"]) for row in admin.results("links/", parent="MARGIN")] == [
        ("CCC", "0.5"),
        ("DIO", "2"),
    ]
    assert told(admin.post("links/", link))[0] == 409
    assert admin.ask("DELETE", "links/MARGIN/CCC/", query={"why": "twice"}).status_code == 204
    assert admin.ask("DELETE", "links/MARGIN/DIO/").status_code == 204
    assert admin.ask("DELETE", "links/MARGIN/DIO/").status_code == 404
    assert not CascadeLink.objects.filter(parent__code="MARGIN").exists()


def test_all_children_of_a_parent_are_replaced_at_once(admin: Program) -> None:
    children = [{"child": "DSO", "weight": 3}, {"child": "CCC", "weight": "1", "kind": "drives"}]

    status, body = told(admin.ask("PUT", "links/MARGIN/", {"children": children, "why": "new"}))

    assert status == 200
    assert [(row["child"], row["weight"], row["kind"]) for row in body] == [
        ("CCC", "1", "drives"),
        ("DSO", "3", "contributes"),
    ]
    assert told(admin.ask("PUT", "links/MARGIN/", {"children": []})) == (200, [])


def test_what_is_wrong_with_one_of_many_children_stands_at_its_place(admin: Program) -> None:
    children = [{"child": "DSO", "weight": 3}, {"child": "NOPE", "weight": "0"}]

    malformed = told(admin.ask("PUT", "links/MARGIN/", {"children": [children[0], {"child": 1}]}))
    status, body = told(admin.ask("PUT", "links/MARGIN/", {"children": children}))

    assert (malformed[0], list(malformed[1]["children"])) == (400, ["1"])
    assert (status, list(body["errors"]["children"])) == (409, ["1"])
    assert sorted(body["errors"]["children"]["1"]) == ["child", "weight"]


def test_what_stands_twice_in_a_list_is_refused(admin: Program) -> None:
    child, row = {"child": "DSO", "weight": 3}, {"kpi": "DIO", "period": "2026-Q1", "target": 1}

    status, body = told(admin.ask("PUT", "links/MARGIN/", {"children": [child, child]}))
    targets = told(admin.post("targets/", [row, row | {"entity": "GROUP"}]))

    words = "DSO stands twice; accepted: each child once."
    assert (status, body["errors"]) == (409, {"children": {"1": {"child": [words]}}})
    assert (targets[0], list(targets[1]["errors"])) == (409, ["non_field_errors"])
    assert not Target.objects.exists()


def test_a_loop_is_a_conflict_that_names_its_path(admin: Program) -> None:
    admin.post("links/", {"parent": "DIO", "child": "DSO", "weight": 1})

    status, body = told(admin.post("links/", {"parent": "DSO", "child": "DIO", "weight": 1}))

    assert status == 409
    assert body["detail"].startswith("The links go round in a circle: ")
    assert not CascadeLink.objects.filter(parent__code="DSO").exists()


def test_whoever_was_slower_is_told_who_was_faster(admin: Program) -> None:
    mark = admin.ask("GET", "kpis/DIO/")["ETag"]
    other = Program(make_person("other@example.com", "finance_admin"))
    other.patch("kpis/DIO/", {"name": "Days of inventory"})

    status, body = told(admin.patch("kpis/DIO/", {"name": "Mine"}, if_match=mark))

    assert status == 409
    assert body["detail"].startswith("Other changed kpi DIO")
    assert KPI.objects.get(node__code="DIO").name == "Days of inventory"
    mark = admin.ask("GET", "kpis/DIO/")["ETag"]
    assert admin.patch("kpis/DIO/", {"name": "Mine"}, if_match=f"W/{mark}").status_code == 200


@pytest.mark.parametrize("mark", ["abc", '"0"', '""', " "])
def test_a_mark_that_is_none_is_refused_rather_than_passed_over(admin: Program, mark: str) -> None:
    status, body = told(admin.patch("kpis/DIO/", {"name": "Mine"}, if_match=mark))

    assert (status, list(body["errors"])) == (409, ["If-Match"])
    assert KPI.objects.get(node__code="DIO").name == "KPI DIO"


def test_targets_are_set_one_or_many_at_once(admin: Program) -> None:
    one: dict[str, object] = {"kpi": "DIO", "period": "2026-Q1", "target": "45.5", "baseline": 60}
    many = [one | {"target": 44, "baseline": 61}, one | {"period": "2026-Q2"}]

    assert told(admin.post("targets/", one))[1]["added"] == 1
    assert told(admin.post("targets/", many)) == (
        200,
        {"added": 1, "changed": 1, "unchanged": 0, "warnings": []},
    )
    assert [str(row.target.normalize()) for row in Target.objects.order_by("pk") if row.target] == [
        "44",
        "45.5",
    ]


def test_rows_of_a_list_need_not_have_the_same_fields(admin: Program) -> None:
    one: dict[str, object] = {"kpi": "DIO", "period": "2026-Q1"}
    admin.post("targets/", one | {"target": 45, "baseline": 60, "source": "plan"})

    done = told(
        admin.post("targets/", [one | {"budget": 7}, one | {"entity": "PLANT", "target": 4}])
    )

    assert (done[0], done[1]["added"], done[1]["changed"]) == (200, 1, 1)
    kept, new = admin.results("targets/", node="DIO")
    assert (kept["target"], kept["baseline"], kept["budget"]) == ("45", "60", "7")
    assert (kept["source"], new["target"], new["budget"]) == ("plan", "4", None)


def test_one_wrong_row_of_a_list_keeps_all_of_it_out(admin: Program) -> None:
    rows: list[dict[str, object]] = [
        {"kpi": "DIO", "period": "2026-Q1", "target": 1},
        {"kpi": "NOPE", "period": "2026-Q2", "target": "1,5"},
    ]

    status, body = told(admin.post("targets/", rows))
    later = told(admin.post("targets/", [rows[0], rows[0] | {"kpi": "NOPE"}]))

    assert (status, list(body), list(body["1"])) == (400, ["1"], ["target"])
    assert later[0] == 409
    assert (list(later[1]["errors"]), list(later[1]["errors"]["1"])) == (["1"], ["kpi"])
    assert not Target.objects.exists()


def test_a_closed_period_is_a_conflict(admin: Program) -> None:
    group = Entity.objects.get(code="GROUP")
    PeriodState.objects.create(period=period("2026-Q1"), entity=group, state="closed")

    status, body = told(admin.post("targets/", {"kpi": "DIO", "period": "2026-Q1", "target": 1}))

    assert status == 409
    assert "closed for GROUP" in body["detail"]
    assert not Target.objects.exists()


@pytest.mark.parametrize("role", ["viewer", "executive", "department_head", "auditor"])
def test_only_a_finance_admin_changes_the_cascade(role: str) -> None:
    program = program_of(role, department="OPS" if role == "department_head" else "")

    answers = [
        program.post("kpis/", KPI_BODY),
        program.patch("kpis/DIO/", {"name": "x"}),
        program.ask("PUT", "links/MARGIN/", {"children": []}),
        program.ask("DELETE", "links/MARGIN/DIO/"),
        program.post("targets/", {"kpi": "DIO", "period": "2026-Q1", "target": 1}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert not AuditEntry.objects.filter(path="api").exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"code": NaN}', 400),
        (b'{"code": "A", "name": "' + b"x" * 2_600_000 + b'"}', 413),
        (b"null", 400),
        (b"7", 400),
    ],
)
def test_a_body_that_is_none_is_refused_in_a_sentence(
    admin: Program, body: bytes, status: int
) -> None:
    for path in ("objectives/", "targets/", "actuals/"):
        answer = admin.client.post(f"/api/v1/{path}", body, content_type="application/json")

        assert answer.status_code == status, path
        assert answer["Content-Type"] == "application/json"


def test_nothing_but_json_is_taken(admin: Program) -> None:
    answer = admin.client.post("/api/v1/objectives/", {"code": "A"})

    assert answer.status_code == 415
    assert ReportingPeriod.objects.count() == 17


def test_a_list_of_no_rows_changes_nothing(admin: Program) -> None:
    assert told(admin.post("actuals/", [])) == (200, {"recorded": 0, "results": []})
    assert told(admin.post("targets/", []))[1]["added"] == 0
    assert told(admin.post("objectives/", []))[0] == 400
