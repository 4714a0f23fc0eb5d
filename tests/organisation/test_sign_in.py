"""Sign in, stay in, and go: what a session lives through, and what ends it."""

import pytest
from django.template import Engine
from django.test import Client
from django.urls import reverse

from organisation.models import AuditEntry, Entity, User
from organisation.services import people
from organisation.services.roles import RoleGiven, give_roles, replace_roles
from tests.factories import make_department, make_person
from tests.organisation.conftest import PASSWORD

SIGN_IN = "/account/login/"
INSIDE = "/account/password/"


def sign_in(
    client: Client, email: str = "operations@example.com", password: str = PASSWORD
) -> bool:
    response = client.post(SIGN_IN, {"login": email, "password": password})
    return response.status_code == 302


def is_inside(client: Client) -> bool:
    return client.get(INSIDE).status_code == 200


def test_a_person_signs_in_with_address_and_password_and_goes_home(
    client: Client, head: User
) -> None:
    response = client.post(SIGN_IN, {"login": " Operations@Example.com ", "password": PASSWORD})

    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_inside(client)


def test_a_page_asked_for_before_sign_in_is_opened_after_it(client: Client, head: User) -> None:
    refused = client.get(INSIDE)
    response = client.post(
        refused["Location"], {"login": head.email, "password": PASSWORD, "next": INSIDE}
    )

    assert refused["Location"] == f"{SIGN_IN}?next={INSIDE}"
    assert response["Location"] == INSIDE


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_sign_in_leads_to_no_foreign_page(client: Client, head: User, target: str) -> None:
    form = {"login": head.email, "password": PASSWORD, "next": target}

    assert client.post(SIGN_IN, form)["Location"] == "/"


def test_a_new_session_key_is_given_at_sign_in(client: Client, head: User) -> None:
    planted = client.session
    planted["by"] = "someone else"
    planted.save()
    key = str(planted.session_key)
    client.cookies["sessionid"] = key

    sign_in(client)

    assert client.session.session_key != key
    assert not planted.exists(key)


def test_the_cookie_is_closed_to_scripts_and_to_other_sites(client: Client, head: User) -> None:
    sign_in(client)

    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"


@pytest.mark.parametrize(("ticked", "lasts"), [({}, ""), ({"remember": "on"}, 7 * 24 * 3600)])
def test_a_session_ends_with_the_browser_unless_one_asks_for_a_week(
    client: Client, head: User, ticked: dict[str, str], lasts: object
) -> None:
    client.post(SIGN_IN, {"login": head.email, "password": PASSWORD} | ticked)

    assert client.cookies["sessionid"]["max-age"] == lasts


def test_signing_out_ends_the_session_on_the_server(client: Client, head: User) -> None:
    sign_in(client)
    key = str(client.session.session_key)

    response = client.post("/account/logout/")

    assert (response.status_code, response["Location"]) == (302, SIGN_IN)
    client.cookies["sessionid"] = key
    assert not is_inside(client)


def test_opening_the_sign_out_page_signs_nobody_out(client: Client, head: User) -> None:
    sign_in(client)

    page = client.get("/account/logout/")

    assert page.status_code == 200
    assert is_inside(client)


def test_a_changed_password_ends_the_sessions_elsewhere_and_keeps_this_one(head: User) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here)
    sign_in(elsewhere)
    new = "quite-another-secret"

    response = here.post(
        INSIDE, {"oldpassword": PASSWORD, "password1": new, "password2": new}, follow=False
    )

    assert response.status_code == 302
    assert is_inside(here)
    assert not is_inside(elsewhere)
    assert not sign_in(Client())
    assert sign_in(Client(), password=new)
    entry = AuditEntry.objects.get(action="change_password")
    assert (entry.actor, entry.path, entry.subject_key) == (head, "form", head.email)
    assert new not in str(vars(entry))


def test_a_wrong_current_password_changes_nothing(client: Client, head: User) -> None:
    sign_in(client)
    new = "quite-another-secret"

    response = client.post(INSIDE, {"oldpassword": "guess", "password1": new, "password2": new})

    assert response.status_code == 200
    assert b"This is not your current password." in response.content
    head.refresh_from_db()
    assert head.check_password(PASSWORD)


def test_a_password_set_by_command_ends_every_session(client: Client, head: User) -> None:
    sign_in(client)

    people.change_password(person=head, password="quite-another-secret", by=None, path="command")

    assert not is_inside(client)


def test_a_role_given_ends_every_session(client: Client, head: User) -> None:
    sign_in(client)

    give_roles(roles=[RoleGiven(head, "finance_admin")], by=None, path="command")

    assert not is_inside(client)


@pytest.mark.parametrize(("department", "entity"), [("SALES", ""), ("OPS", "PLANT")])
def test_another_scope_ends_every_session(
    client: Client, head: User, department: str, entity: str
) -> None:
    sign_in(client)
    place = Entity.objects.filter(code=entity).first()
    other = RoleGiven(head, "department_head", make_department(department), place)

    replace_roles(person=head, roles=[other], by=None, path="command")

    assert not is_inside(client)


def test_a_role_taken_and_given_back_revives_no_session(client: Client, head: User) -> None:
    sign_in(client)
    own = RoleGiven(head, "department_head", make_department("OPS"))

    replace_roles(person=head, roles=[], by=None, path="command")
    replace_roles(person=head, roles=[own], by=None, path="command")

    assert not is_inside(client)


def test_the_same_roles_again_leave_sessions_alone(client: Client, head: User) -> None:
    sign_in(client)
    own = RoleGiven(head, "department_head", make_department("OPS"))

    assert not replace_roles(person=head, roles=[own], by=None, path="command")
    assert give_roles(roles=[own], by=None, path="command") == 0

    assert is_inside(client)


def test_disabling_ends_every_session_and_enabling_revives_none(client: Client, head: User) -> None:
    sign_in(client)

    people.disable_person(person=head, by=None, path="command")
    assert not is_inside(client)
    assert not sign_in(Client())
    people.enable_person(person=head, by=None, path="command")

    assert not is_inside(client)
    assert sign_in(Client())


def test_another_persons_change_ends_nothing_of_mine(client: Client, head: User) -> None:
    other = make_person("sales@example.com", "viewer")
    sign_in(client)

    people.disable_person(person=other, by=None, path="command")

    assert is_inside(client)


def test_a_form_without_its_token_is_refused_with_a_sentence(head: User) -> None:
    strict = Client(enforce_csrf_checks=True)

    response = strict.post(SIGN_IN, {"login": head.email, "password": PASSWORD})

    assert response.status_code == 403
    assert b"This form was not accepted, and nothing was changed" in response.content
    assert "sessionid" not in strict.cookies


def test_the_pages_of_sign_in_are_never_stored(client: Client, head: User) -> None:
    assert "no-store" in client.get(SIGN_IN)["Cache-Control"]


def test_a_password_comes_back_in_no_page(client: Client, head: User) -> None:
    response = client.post(SIGN_IN, {"login": head.email, "password": "wrong-but-secret"})

    assert b"wrong-but-secret" not in response.content


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "password/reset/", "confirm-email/", "inactive/", "login/code/", ""],
)
def test_no_other_address_of_the_package_exists(client: Client, head: User, path: str) -> None:
    sign_in(client)

    assert client.get(f"/account/{path}").status_code == 404


@pytest.mark.parametrize("name", ["login", "logout", "password_change"])
def test_the_addresses_that_exist_show_pages_of_ours(name: str) -> None:
    shown = Engine.get_default().get_template(f"account/{name}.html").origin.name

    assert "allauth" not in shown


def test_the_people_of_a_demo_are_named_at_sign_in(client: Client, head: User) -> None:
    User.objects.filter(pk=head.pk).update(is_demo=True)

    assert head.email in client.get(reverse("account_login")).content.decode()


def test_nobody_is_named_at_sign_in_otherwise(client: Client, head: User) -> None:
    assert head.email not in client.get(reverse("account_login")).content.decode()
