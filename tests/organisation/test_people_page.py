"""Keep the list of people: add, invite, give and take roles, shut out and let in again."""

import io
import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from organisation.models import AuditEntry, Department, Entity, User
from tests.factories import make_department, make_person


@pytest.fixture
def desk(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def page(person: User, name: str = "person") -> str:
    return reverse(name, args=[person.pk])


def roles(*rows: tuple[str, object, object]) -> dict[str, str]:
    """Fill the form of roles as a browser does."""
    form = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": "0"}
    for number, values in enumerate(rows):
        for name, value in zip(("role", "department", "entity"), values, strict=True):
            form[f"form-{number}-{name}"] = str(getattr(value, "pk", value))
    return form


def held(person: User) -> list[tuple[str, str | None, str | None]]:
    rows = person.memberships.order_by("role", "pk")
    return list(rows.values_list("role", "department__code", "entity__code"))


def test_everyone_is_listed_with_their_roles(desk: Client, head: User) -> None:
    make_person("nobody@example.com")

    shown = desk.get("/people/").content.decode()

    assert "3 people, and what each may do" in shown
    assert "Department head, Department OPS" in shown
    assert "No role" in shown


def test_the_list_costs_the_same_for_many_people(
    desk: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(30):
        make_person(f"p{n}@example.com", "viewer")

    with django_assert_max_num_queries(7):
        desk.get("/people/")


def test_a_person_is_added_and_invited_and_comes_in(desk: Client, settings: Settings) -> None:
    desk.post("/people/", {"email": "New@example.com", "name": "New person"})
    person = User.objects.get(email="new@example.com")

    shown = desk.post(page(person, "person_invitation")).content.decode()

    found = re.search(rf"{re.escape(settings.PUBLIC_URL)}(/welcome/[^<]+)/", shown)
    assert found is not None
    assert Client().get(f"{found[1]}/").status_code == 200
    assert person.name == "New person"


def test_of_somebody_who_is_here_already_it_is_said_and_a_new_name_is_taken(desk: Client) -> None:
    desk.post("/people/", {"email": "new@example.com", "name": "Nwe person"})

    again = desk.post("/people/", {"email": "New@example.com", "name": ""}, follow=True)
    named = desk.post("/people/", {"email": "new@example.com", "name": "New person"}, follow=True)

    assert "new@example.com was here already." in again.content.decode()
    told = "new@example.com was here already. Nwe person is called New person now."
    assert told in named.content.decode()


def test_a_poor_address_is_told_beside_the_field_and_adds_nobody(desk: Client) -> None:
    shown = desk.post("/people/", {"email": "new", "name": ""}).content.decode()

    assert "Enter a valid email address." in shown
    assert "Error: People" in shown
    assert User.objects.count() == 1


def test_roles_are_given_with_their_scope(desk: Client, head: User, admin: User) -> None:
    sales, plant = make_department("SALES"), Entity.objects.get(code="PLANT")

    response = desk.post(
        page(head), roles(("department_head", sales, plant), ("viewer", "", ""), ("", "", ""))
    )

    assert response.status_code == 302
    assert held(head) == [("department_head", "SALES", "PLANT"), ("viewer", None, None)]
    assert set(AuditEntry.objects.values_list("actor", "path")) == {(admin.pk, "form")}


def test_a_head_without_a_department_is_asked_for_it(desk: Client, head: User) -> None:
    shown = desk.post(page(head), roles(("department_head", "", ""))).content.decode()

    assert "A department head needs a department; choose one." in shown
    assert held(head) == [("department_head", "OPS", None)]


def test_the_form_shows_the_roles_there_are(desk: Client, head: User) -> None:
    shown = desk.get(page(head)).content.decode()

    assert '<option value="department_head" selected>' in shown


def test_the_last_system_admin_is_told_why_the_role_stays(desk: Client, admin: User) -> None:
    shown = desk.post(page(admin), roles(("viewer", "", ""))).content.decode()

    assert "is the only system admin" in shown
    assert "<title>Error: " in shown
    assert held(admin) == [("system_admin", None, None)]


def test_a_person_is_shut_out_and_let_in_again(desk: Client, head: User) -> None:
    desk.post(page(head, "person_state"), {"state": "disabled"})
    head.refresh_from_db()
    shut_out = head.is_active
    desk.post(page(head, "person_state"), {"state": "active"})
    head.refresh_from_db()

    assert (shut_out, head.is_active) == (False, True)


def test_a_disabled_person_is_not_invited(desk: Client, head: User) -> None:
    desk.post(page(head, "person_state"), {"state": "disabled"})

    shown = desk.post(page(head, "person_invitation"), follow=True).content.decode()

    assert "is disabled" in shown
    assert "/welcome/" not in shown


@pytest.mark.parametrize("role", ["finance_admin", "auditor"])
def test_whoever_only_reads_people_is_offered_no_change(admin: User, head: User, role: str) -> None:
    client = Client()
    client.force_login(make_person("reader@example.com", role))

    assert "Add person" not in client.get("/people/").content.decode()
    assert "Save roles" not in client.get(page(head)).content.decode()
    assert client.post(page(head), roles(("auditor", "", ""))).status_code == 403
    assert held(head) == [("department_head", "OPS", None)]


def test_a_name_is_shown_as_text_whatever_it_holds(desk: Client) -> None:
    desk.post("/people/", {"email": "x@example.com", "name": "<script>alert(1)</script>"})

    shown = desk.get("/people/").content.decode()

    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_a_refused_page_is_one_line_in_the_log_without_a_trace(
    head: User, log: io.StringIO
) -> None:
    client = Client()
    client.force_login(head)

    assert client.get("/people/").status_code == 403

    logged = log.getvalue()
    assert "Forbidden" in logged
    assert "Traceback" not in logged


def test_a_stale_form_gives_no_role_back_that_was_taken_meanwhile(desk: Client, head: User) -> None:
    shown = desk.get(page(head)).content.decode()
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    desk.post(page(head), roles(("viewer", "", "")) | {"seen": seen})

    late = roles(("department_head", make_department("OPS"), "")) | {"seen": seen}
    answer = desk.post(page(head), late).content.decode()

    assert "Somebody changed the roles" in answer
    assert held(head) == [("viewer", None, None)]


def test_an_invitation_stands_in_the_trail_with_who_made_it(
    desk: Client, head: User, admin: User
) -> None:
    desk.post(page(head, "person_invitation"))

    entry = AuditEntry.objects.get(action="invite")
    assert (entry.actor, entry.subject_key, entry.path) == (admin, head.email, "form")


def test_a_link_begins_with_the_public_address(
    desk: Client, head: User, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://kpi.example.com"

    shown = desk.post(page(head, "person_invitation")).content.decode()

    assert "https://kpi.example.com/welcome/" in shown


def test_a_state_that_is_none_changes_nothing(desk: Client, head: User) -> None:
    answer = desk.post(page(head, "person_state"), {"state": "gone"})

    head.refresh_from_db()
    assert answer.status_code == 400
    assert head.is_active


def test_a_person_s_page_says_which_departments_they_head_and_partner(
    desk: Client, head: User
) -> None:
    make_department("SALES")
    make_department("RD")
    Department.objects.filter(code="SALES").update(head=head)
    Department.objects.filter(code="RD").update(partner=head)

    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", desk.get(page(head)).content.decode()))

    assert "Heads Department SALES Finance partner of Department RD" in shown


def test_the_last_sign_in_is_told_in_the_reader_s_style(
    desk: Client, admin: User, head: User
) -> None:
    User.objects.filter(pk=head.pk).update(last_login=datetime(2026, 3, 31, 12, tzinfo=UTC))
    User.objects.filter(pk=admin.pk).update(date_style="dots")

    assert "<td>31.03.2026</td>" in desk.get("/people/").content.decode()
