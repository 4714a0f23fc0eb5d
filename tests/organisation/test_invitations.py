"""Invite people: a link that works once, for 72 hours, for one person."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from kpialign.errors import RefusedError
from organisation.models import AuditEntry, Membership, User
from organisation.services import invitations, people
from organisation.services.invitations import invitation_token, invite_person
from tests.factories import make_person

CHOSEN = "a-password-of-my-own"
SPENT = b"This link no longer opens anything"


def invited(email: str = "new@example.com") -> tuple[User, str]:
    person = invite_person(email=email, by=None, path="command")
    return person, f"/welcome/{invitation_token(person)}/"


def choose(client: Client, link: str, first: str = CHOSEN, second: str = CHOSEN) -> int:
    return client.post(link, {"password1": first, "password2": second}).status_code


def test_an_invited_person_chooses_a_password_and_is_signed_in(client: Client, admin: User) -> None:
    person, link = invited()

    page = client.get(link)
    response = client.post(link, {"password1": CHOSEN, "password2": CHOSEN})

    assert person.email in page.content.decode()
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(person.pk)
    person.refresh_from_db()
    assert person.check_password(CHOSEN)


def test_a_link_works_once(admin: User) -> None:
    person, link = invited()
    choose(Client(), link)

    second = Client().post(link, {"password1": "another-secret", "password2": "another-secret"})

    assert (second.status_code, SPENT in second.content) == (404, True)
    person.refresh_from_db()
    assert person.check_password(CHOSEN)


def test_choosing_a_password_spends_every_link_given_before(admin: User) -> None:
    _, first = invited()
    _, second = invited()

    assert choose(Client(), second) == 302
    assert choose(Client(), first) == 404


def test_a_password_chosen_anew_ends_every_session_begun_with_the_old_one(admin: User) -> None:
    client, elsewhere = Client(), Client()
    elsewhere.force_login(admin)

    assert choose(client, f"/welcome/{invitation_token(admin)}/") == 302

    assert client.get("/me/").status_code == 200
    assert elsewhere.get("/me/").status_code == 302


def test_a_link_lasts_for_72_hours(client: Client, admin: User) -> None:
    now = timezone.now().replace(microsecond=0)
    with time_machine.travel(now, tick=False):
        _, link = invited()

    with time_machine.travel(now + timedelta(hours=72), tick=False):
        in_time = client.get(link).status_code
    with time_machine.travel(now + timedelta(hours=72, seconds=1), tick=False):
        too_late = choose(client, link)

    assert (in_time, too_late) == (200, 404)


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "A" + t, lambda _: "no-token"])
def test_a_changed_link_opens_nothing(client: Client, admin: User, change: object) -> None:
    person, _ = invited()
    token = change(invitation_token(person))  # type: ignore[operator]

    assert client.get(f"/welcome/{token}/").status_code == 404
    assert choose(client, f"/welcome/{token}/") == 404
    assert "_auth_user_id" not in client.session


def test_a_disabled_persons_link_opens_nothing(client: Client, admin: User) -> None:
    person, link = invited()
    people.disable_person(person=person, by=None, path="command")

    assert choose(client, link) == 404
    with pytest.raises(RefusedError, match="disabled"):
        invited()


def test_roles_given_meanwhile_leave_the_link_good(client: Client, admin: User) -> None:
    person, link = invited()
    Membership.objects.create(user=person, role="viewer")

    assert choose(client, link) == 302


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("short", "short", "too short"),
        ("new@example.com", "new@example.com", "too similar"),
        ("password1234", "password1234", "too common"),
        (CHOSEN, CHOSEN + "x", "The two passwords differ"),
        ("", "", "Type your password."),
    ],
)
def test_a_poor_choice_is_told_and_spends_nothing(
    client: Client, admin: User, first: str, second: str, said: str
) -> None:
    person, link = invited()

    response = client.post(link, {"password1": first, "password2": second})

    assert (response.status_code, said in response.content.decode()) == (200, True)
    person.refresh_from_db()
    assert not person.has_usable_password()
    assert choose(client, link) == 302


def test_the_link_of_another_person_takes_the_session_over(admin: User) -> None:
    client = Client()
    client.force_login(admin)
    key = client.session.session_key
    person, link = invited()

    choose(client, link)

    assert client.session["_auth_user_id"] == str(person.pk)
    assert client.session.session_key != key


def test_the_first_person_invited_becomes_the_system_admin(company: None) -> None:
    person, _ = invited("first@example.com")
    second, _ = invited("second@example.com")

    assert list(person.memberships.values_list("role", flat=True)) == ["system_admin"]
    assert not second.memberships.exists()


def test_a_disabled_system_admin_counts_as_none(company: None) -> None:
    make_person("gone@example.com", "system_admin")
    User.objects.update(is_active=False)

    person, _ = invited("first@example.com")

    assert person.memberships.get().role == "system_admin"


def test_a_known_person_keeps_the_old_password_until_the_link_is_used(admin: User) -> None:
    known = make_person("known@example.com", "viewer", password="the-old-password")

    person, link = invited("KNOWN@example.com")

    assert person == known
    known.refresh_from_db()
    assert known.check_password("the-old-password")
    assert choose(Client(), link) == 302


def test_the_trail_tells_who_was_added_and_who_chose(client: Client, admin: User) -> None:
    person, link = invited()
    choose(client, link)

    told = AuditEntry.objects.filter(subject_key=person.email).order_by("pk")
    assert [(entry.action, entry.actor, entry.path) for entry in told] == [
        ("add", None, "command"),
        ("invite", None, "command"),
        ("change_password", person, "form"),
    ]


def test_what_is_no_address_is_refused(admin: User) -> None:
    with pytest.raises(RefusedError, match="is not an email address"):
        invitations.invite_person(email="operations", by=None, path="command")
    assert User.objects.count() == 1


def test_the_log_tells_that_a_link_was_opened_but_not_which(
    client: Client, admin: User, log: io.StringIO
) -> None:
    _, link = invited()

    client.get(link)
    choose(client, link)
    client.get(link)

    logged = log.getvalue()
    assert "/welcome/.../" in logged
    assert link.split("/")[2] not in logged
