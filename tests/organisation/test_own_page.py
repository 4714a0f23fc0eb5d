"""Everyone's own page: how things look, tokens, the password, and sessions elsewhere."""

import re

import pytest
from django.test import Client

from organisation.models import ApiToken, AuditEntry, User
from organisation.services.people import disable_person
from organisation.services.tokens import digest_of, issue_token, person_of_token
from tests.factories import make_person
from tests.organisation.conftest import PASSWORD

LOOKS = {"number_style": "de", "date_style": "iso", "theme": "dark", "density": "compact"}


@pytest.fixture
def own(client: Client, head: User) -> Client:
    client.force_login(head)
    return client


def shown(client: Client, path: str = "/me/") -> str:
    return client.get(path).content.decode()


def test_who_has_no_role_has_the_page_too(client: Client, company: None) -> None:
    client.force_login(make_person("new@example.com"))

    page = shown(client)

    assert "no role yet" in page
    assert "Change password" in page
    assert "API tokens" in page


def test_the_account_menu_leads_there(own: Client) -> None:
    assert 'href="/me/">Your account</a>' in shown(own, "/")


def test_looks_are_kept_and_told_in_the_trail(own: Client, head: User) -> None:
    answer = own.post("/me/", LOOKS)

    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    head.refresh_from_db()
    assert {name: getattr(head, name) for name in LOOKS} == LOOKS
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.subject_key) == (head, "change_looks", head.email)
    assert entry.before == {
        "number_style": "en",
        "date_style": "words",
        "theme": "system",
        "density": "standard",
    }
    assert entry.after == LOOKS


def test_looks_that_stay_leave_no_entry(own: Client) -> None:
    own.post("/me/", LOOKS)
    own.post("/me/", LOOKS)

    assert AuditEntry.objects.count() == 1


def test_the_server_writes_theme_and_density_into_the_page(own: Client) -> None:
    plain = shown(own)
    own.post("/me/", LOOKS)
    chosen = shown(own)

    assert "data-theme" not in plain
    assert 'content="light dark"' in plain
    assert 'data-density="standard"' in plain
    opening = re.search(r"<html[^>]*>", chosen)
    assert opening is not None
    assert 'data-theme="dark"' in opening[0]
    assert 'data-density="compact"' in opening[0]
    assert 'data-separators=",."' in opening[0]
    assert '<meta name="color-scheme" content="dark">' in chosen


@pytest.mark.parametrize("field", LOOKS)
def test_a_choice_that_is_none_is_refused_beside_its_field(
    own: Client, head: User, field: str
) -> None:
    page = own.post("/me/", LOOKS | {field: "neon"}).content.decode()

    assert "<title>Error: Your account" in page
    assert f'href="#id_{field}"' in page
    assert "Choose one of the list." in page
    head.refresh_from_db()
    assert getattr(head, field) != "neon"
    assert not AuditEntry.objects.exists()


def made(client: Client, **fields: str) -> str:
    return client.post("/me/tokens/", {"name": "Load", "days": "30"} | fields).content.decode()


def test_a_token_is_shown_once_and_never_again(own: Client, head: User) -> None:
    page = made(own)

    found = re.search(r"kpa_[\w-]{43}", page)
    assert found is not None
    assert person_of_token(found[0]) == head
    assert found[0] not in shown(own)
    assert "Load" in shown(own)


def test_the_page_of_a_new_token_is_kept_by_no_cache(own: Client) -> None:
    answer = own.post("/me/tokens/", {"name": "Load", "days": "30"})

    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "Say what will use the token."),
        ({"days": "0"}, "a whole number from 1 to 365"),
        ({"days": "366"}, "a whole number from 1 to 365"),
        ({"days": "soon"}, "a whole number from 1 to 365"),
        ({"days": ""}, "a whole number from 1 to 365"),
    ],
)
def test_a_token_that_cannot_be_made_is_said_and_what_was_typed_stays(
    own: Client, fields: dict[str, str], said: str
) -> None:
    page = made(own, **fields)

    assert said in page
    assert "<title>Error:" in page
    assert f'value="{({"name": "Load"} | fields)["name"].strip()}"' in page or "name" in fields
    assert not ApiToken.objects.exists()


def test_a_name_is_shown_as_text(own: Client) -> None:
    assert "<b>x</b>" not in made(own, name="<b>x</b>")
    assert "&lt;b&gt;x&lt;/b&gt;" in shown(own)


def test_revoking_asks_first_and_then_ends_the_token_at_once(own: Client, head: User) -> None:
    text = issue_token(person=head, name="Load", days=30, by=head, path="form")
    token = ApiToken.objects.get()

    asked = shown(own, f"/me/tokens/{token.pk}/")
    assert "Revoke the token “Load”?" in asked
    assert person_of_token(text) == head

    answer = own.post(f"/me/tokens/{token.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert person_of_token(text) is None
    page = shown(own)
    assert "is revoked and refused from now on" in page
    assert "Revoked " in page
    assert f"/me/tokens/{token.pk}/" not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_token_of_another_looks_absent(own: Client, admin: User, method: str) -> None:
    text = issue_token(person=admin, name="Theirs", days=30, by=admin, path="form")
    token = ApiToken.objects.get(digest=digest_of(text))

    answers = [getattr(own, method)(f"/me/tokens/{pk}/") for pk in (token.pk, 987654321)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert person_of_token(text) == admin
    assert "Theirs" not in shown(own)


def test_signing_out_elsewhere_keeps_this_session_alone(head: User) -> None:
    here, elsewhere = Client(), Client()
    here.force_login(head)
    elsewhere.force_login(head)

    here.post("/me/sessions/")

    assert here.get("/me/").status_code == 200
    assert elsewhere.get("/me/").status_code == 302
    assert AuditEntry.objects.filter(action="sign_out", subject_key=head.email).count() == 1


def test_a_new_password_leads_back_to_the_page(own: Client, head: User) -> None:
    new = "quite-another-secret"

    answer = own.post(
        "/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    head.refresh_from_db()
    assert head.check_password(new)


def test_a_wrong_password_is_said_on_a_page_that_leads_back(own: Client) -> None:
    new = "quite-another-secret"

    page = own.post(
        "/account/password/", {"oldpassword": "guess", "password1": new, "password2": new}
    ).content.decode()

    assert "<title>Error:" in page
    assert 'href="/me/">Your account</a>' in page


def test_a_disabled_person_loses_the_page_and_the_tokens_at_once(
    own: Client, head: User, admin: User
) -> None:
    text = issue_token(person=head, name="Load", days=30, by=head, path="form")
    assert own.get("/me/").status_code == 200

    disable_person(person=head, by=admin, path="form")

    assert own.get("/me/").status_code == 302
    assert person_of_token(text) is None
