"""Objectives are made, changed, archived and taken back, and nothing of it goes unnoticed."""

import pytest

from kpialign.interchange import stored
from kpialign.interchange.rows import LinkRow, ObjectiveRow
from kpis.models import Node, PlanVersion
from objectives.models import Objective, Perspective
from organisation.models import AuditEntry, Entity, Organisation, RecomputeRequest
from tests.access import browser_of
from tests.factories import link, make_kpi, make_objective, make_organisation, make_person
from tests.shaping.pages import fields_of, finance_admin, opened, problems, send

pytestmark = pytest.mark.django_db
NEW = "/shape/new/objective/"


def test_the_first_objective_makes_the_organisation_its_group_and_its_plan() -> None:
    client = finance_admin()

    response = send(client, NEW, code="GROWTH", name="Profitable growth", perspective="Financial")

    assert response["Location"] == "/shape/children/GROWTH/"
    assert Objective.objects.get().name == "Profitable growth"
    assert Perspective.objects.get().financial
    assert (Organisation.objects.get().currency, Entity.objects.get().code) == ("EUR", "GROUP")
    assert PlanVersion.objects.get().number == 1


def test_an_objective_is_made_beneath_another_beside_its_siblings() -> None:
    make_organisation()
    top = make_objective("TOP")
    link(top, make_objective("OLD"), "3")
    client = finance_admin()
    assert opened(client, f"{NEW}?parent=TOP")["parent"] == ["Objective TOP, objective (TOP)"]

    send(client, f"{NEW}?parent=TOP", code="YOUNG", name="Young", weight="1.5", why="A new aim")

    weights = {row.child: str(row.weight.normalize()) for row in stored.links().values()}  # type: ignore[union-attr]
    assert weights == {"OLD": "3", "YOUNG": "1.5"}
    entry = AuditEntry.objects.get(subject_kind="link")
    assert (entry.subject_key, entry.why, entry.path) == ("TOP YOUNG", "A new aim", "form")
    assert RecomputeRequest.objects.filter(kind="node").count() == 2


def test_a_node_that_serves_nothing_is_linked_by_its_own_form() -> None:
    make_organisation()
    top, other = make_objective("TOP"), make_objective("OTHER")
    link(top, make_kpi("OLD").node, "3")
    make_kpi("LONE")
    client = finance_admin()

    send(client, "/shape/kpis/LONE/", parent="TOP", weight="2")
    send(client, "/shape/kpis/LONE/", parent="OLD", weight="1")
    send(client, "/shape/objectives/OTHER/", parent="TOP", name="Another")

    weights = {" ".join(key): f"{row.weight:.0f}" for key, row in stored.links().items()}
    assert weights == {"TOP OLD": "3", "TOP LONE": "2", "OLD LONE": "1", "TOP OTHER": "1"}
    assert stored.objectives()[other.code].name == "Another"
    page = client.get("/shape/kpis/LONE/").content.decode()
    assert "It serves KPI OLD and Objective TOP; weights are changed there." in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("TOP", "It serves this already; its weight is changed there."),
        ("KPI", "Nothing lies beneath itself. Choose another one."),
        (
            "LEAF",
            "The links go round in a circle: KPI KPI (KPI) > KPI LEAF (LEAF) > KPI KPI (KPI).",
        ),
    ],
)
def test_a_parent_that_a_node_cannot_have_is_refused_beside_it(typed: str, told: str) -> None:
    make_organisation()
    node = make_kpi("KPI").node
    link(make_objective("TOP"), node)
    link(node, make_kpi("LEAF").node)

    response = send(finance_admin(), "/shape/kpis/KPI/", parent=typed, weight="1")

    assert problems(response) == [f"Beneath another one too: {told}"]
    assert len(stored.links()) == 2


def test_a_change_is_saved_with_its_reason_and_only_that_changes() -> None:
    make_organisation()
    make_objective("MARGIN")
    make_person("owner@example.com", "executive")
    client = finance_admin()

    response = send(
        client,
        "/shape/objectives/MARGIN/",
        name="Higher margin",
        aggregation="weakest",
        owner_email="owner@example.com",
        why="Agreed with the board",
    )

    assert response["Location"] == "/objectives/MARGIN/"
    row = stored.objectives()["MARGIN"]
    assert row == ObjectiveRow(
        "MARGIN", "Higher margin", "", "OPS", "", "owner@example.com", "weakest", "active"
    )
    entry = AuditEntry.objects.get()
    assert entry.before == {
        "name": "Objective MARGIN",
        "aggregation": "arithmetic",
        "owner_email": "",
    }
    assert (entry.action, entry.subject_key, entry.why) == (
        "change",
        "MARGIN",
        "Agreed with the board",
    )
    assert entry.actor is not None
    assert entry.actor.email == "admin@example.com"


def test_saving_what_was_shown_changes_and_records_nothing() -> None:
    make_organisation()
    make_objective("MARGIN")

    send(finance_admin(), "/shape/objectives/MARGIN/")

    assert AuditEntry.objects.count() == 0
    assert RecomputeRequest.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"code": "", "name": "X"}, "Code: Fill in: code."),
        (
            {"code": "A B", "name": "X"},
            "Code: 'A B' is not a code. Accepted: 1 to 64 of A-Z a-z 0-9 . - _.",
        ),
        (
            {"code": "TOP", "name": "X"},
            "Code: Objective TOP has this code already. Choose another one.",
        ),
        (
            {"code": "DIO", "name": "X"},
            "Code: 'DIO' is the code of an objective and of a KPI. Accepted: a code of its own.",
        ),
        ({"code": "X", "name": ""}, "Name: Fill in: name."),
        (
            {"code": "X", "name": "X", "parent": "Nowhere"},
            "Beneath: None in use is called so. Type its code, or a part of its name and choose.",
        ),
        (
            {"code": "X", "name": "X", "parent": "TOP", "weight": "0"},
            "Weight: The weight 0 is not above 0. Accepted: a number above 0.",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_changes(
    typed: dict[str, str], told: str
) -> None:
    make_organisation()
    make_objective("TOP")
    make_kpi("DIO")

    response = send(finance_admin(), NEW, **typed)

    assert problems(response) == [told]
    assert b"<title>Error: " in response.content
    assert set(Node.objects.values_list("code", flat=True)) == {"TOP", "DIO"}
    assert AuditEntry.objects.count() == 0


def test_two_people_in_different_fields_both_keep_what_they_typed() -> None:
    make_organisation()
    make_objective("MARGIN")
    one, other = finance_admin("one@example.com"), finance_admin("other@example.com")
    path = "/shape/objectives/MARGIN/"
    form = opened(one, path)

    send(other, path, description="Seen by the other")
    response = send(one, path, form, name="Named by one")

    assert response.status_code == 302
    row = stored.objectives()["MARGIN"]
    assert (row.name, row.description) == ("Named by one", "Seen by the other")


def test_two_people_in_one_field_see_both_and_saving_again_keeps_mine() -> None:
    make_organisation()
    make_objective("MARGIN")
    one, other = finance_admin("one@example.com"), finance_admin("other@example.com")
    path = "/shape/objectives/MARGIN/"
    form = opened(one, path)
    send(other, path, name="Theirs", description="Theirs too")

    response = send(one, path, form, name="Mine")

    assert stored.objectives()["MARGIN"].name == "Theirs"
    told = problems(response)
    assert len(told) == 1
    assert told[0].startswith("Name: Other saved “Theirs” on ")
    again = fields_of(response)
    assert (again["name"], again["description"]) == (["Mine"], ["Theirs too"])

    send(one, path, again)

    row = stored.objectives()["MARGIN"]
    assert (row.name, row.description) == ("Mine", "Theirs too")


def test_archiving_names_what_it_touches_and_can_be_taken_back() -> None:
    make_organisation()
    top, low = make_objective("TOP"), make_objective("LOW")
    link(top, low, "1")
    link(top, make_objective("OTHER"), "3")
    link(low, make_kpi("DIO").node)
    client, path = finance_admin(), "/shape/archive/LOW/"

    page = client.get(path).content.decode()

    assert "Objective TOP: its 25\u00a0% of the weight goes to the others." in page
    assert "KPI DIO (DIO)" in page
    send(client, path, why="No aim any more")
    assert stored.objectives()["LOW"].state == "archived"
    assert AuditEntry.objects.get().why == "No aim any more"
    assert len(stored.links()) == 3
    send(client, path)
    assert stored.objectives()["LOW"].state == "active"


def test_archiving_twice_changes_once() -> None:
    make_organisation()
    make_objective("LOW")
    client, path = finance_admin(), "/shape/archive/LOW/"
    form = opened(client, path)

    send(client, path, form)
    send(client, path, form)

    assert AuditEntry.objects.count() == 1


def test_a_link_row_says_what_it_links() -> None:
    make_organisation()
    link(make_objective("TOP"), make_objective("LOW"), "2")

    row = stored.links()["TOP", "LOW"]

    assert isinstance(row, LinkRow)
    assert (row.kind, row.lag) == ("contributes", None)


@pytest.mark.parametrize(("role", "count"), [("finance_admin", 1), ("executive", 0)])
def test_only_who_may_shape_is_led_from_the_scores_to_the_forms(role: str, count: int) -> None:
    make_organisation()
    link(make_objective("TOP"), make_kpi("DIO").node)
    client = browser_of(make_person("reader@example.com", role), role)

    objective = client.get("/objectives/TOP/").content.decode()
    kpi = client.get("/kpis/DIO/").content.decode()

    assert objective.count('href="/shape/children/TOP/"') == count
    assert kpi.count('href="/shape/targets/DIO/"') == count
