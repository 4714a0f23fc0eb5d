"""Act by a token: issue it once, find its person, and end it when it must end."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from organisation.errors import DisabledPersonError, TokenDaysError
from organisation.models import ApiToken, AuditEntry, Membership, User
from organisation.permissions import can_edit_cascade, can_enter_actuals
from organisation.services.people import change_password, disable_person, enable_person
from organisation.services.roles import RoleGiven, replace_roles
from organisation.services.tokens import (
    digest_of,
    issue_token,
    person_of_token,
    revoke_token,
)


def issue(person: User, *, name: str = "Nightly load", days: int = 90) -> str:
    return issue_token(person=person, name=name, days=days, by=person, path="form")


def only_token() -> ApiToken:
    return ApiToken.objects.get()


def test_a_token_stands_for_its_person(head: User) -> None:
    text = issue(head)

    assert person_of_token(text) == head


def test_only_the_hash_of_a_token_is_kept(head: User) -> None:
    text = issue(head)

    token = only_token()
    assert text.startswith("kpa_")
    assert len(text) >= len("kpa_") + 43
    assert token.digest == digest_of(text)
    kept = json.dumps(
        [*ApiToken.objects.values(), *AuditEntry.objects.values()], default=str
    ) + repr(token)
    assert text.removeprefix("kpa_") not in kept


def test_two_tokens_are_never_the_same(head: User) -> None:
    assert len({issue(head) for _ in range(20)}) == 20


@pytest.mark.parametrize("text", ["", "kpa_", "kpa_wrong", "\x00", "ü" * 10_000, "\ud800"])
def test_what_is_no_token_stands_for_nobody(head: User, text: str) -> None:
    issue(head)

    assert person_of_token(text) is None


def test_every_answer_takes_the_same_one_query(
    head: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    good, revoked = issue(head), issue(head)
    revoke_token(token=ApiToken.objects.get(digest=digest_of(revoked)), by=head, path="form")
    person_of_token(good)

    for text in [good, revoked, "kpa_unknown", ""]:
        with django_assert_num_queries(1):
            person_of_token(text)


def test_an_expired_token_is_refused_from_that_second_on(head: User) -> None:
    text = issue(head, days=1)
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(seconds=60))
    assert person_of_token(text) == head

    ApiToken.objects.update(expires_at=timezone.now())

    assert person_of_token(text) is None


def test_a_token_lasts_as_many_days_as_said(head: User) -> None:
    issue(head, days=30)

    token = only_token()
    assert token.expires_at - token.created_at == timedelta(days=30)


def test_a_revoked_token_is_refused_at_once_and_the_trail_says_who(head: User, admin: User) -> None:
    text = issue(head)

    revoke_token(token=only_token(), by=admin, path="form", why="Laptop lost.")

    assert person_of_token(text) is None
    entry = AuditEntry.objects.filter(action="revoke_token").get()
    assert (entry.actor, entry.subject_kind, entry.subject_key, entry.why) == (
        admin,
        "person",
        head.email,
        "Laptop lost.",
    )


def test_revoking_twice_is_one_entry(head: User) -> None:
    issue(head)

    first = revoke_token(token=only_token(), by=head, path="form")
    second = revoke_token(token=only_token(), by=head, path="form")

    assert (first, second) == (True, False)
    assert AuditEntry.objects.filter(action="revoke_token").count() == 1


def test_issuing_is_an_entry_without_the_secret(head: User) -> None:
    issue(head, name="Nightly load", days=7)

    entry = AuditEntry.objects.get()
    token = only_token()
    assert (entry.action, entry.actor, entry.path, entry.subject_key) == (
        "issue_token",
        head,
        "form",
        head.email,
    )
    assert entry.after == {
        "token": token.pk,
        "name": "Nightly load",
        "expires_at": token.expires_at.isoformat(),
    }


def test_disabling_ends_every_token_for_good(head: User, admin: User) -> None:
    texts = [issue(head), issue(head)]

    disable_person(person=head, by=admin, path="form")
    assert [person_of_token(text) for text in texts] == [None, None]

    enable_person(person=head, by=admin, path="form")
    assert [person_of_token(text) for text in texts] == [None, None]
    assert AuditEntry.objects.filter(action="revoke_token", actor=admin).count() == 2


def test_a_person_who_is_out_has_no_good_token_even_if_none_was_revoked(head: User) -> None:
    text = issue(head)

    User.objects.filter(pk=head.pk).update(is_active=False)

    assert person_of_token(text) is None


def test_a_token_gives_the_rights_of_this_moment(head: User, admin: User) -> None:
    text = issue(head)
    before = person_of_token(text)
    assert before is not None
    department = head.memberships.get().department
    assert department is not None
    assert can_enter_actuals(before, department)

    replace_roles(
        person=head,
        roles=[RoleGiven(head, Membership.Role.FINANCE_ADMIN)],
        by=admin,
        path="form",
    )
    promoted = person_of_token(text)
    assert promoted is not None
    assert can_edit_cascade(promoted)

    replace_roles(person=head, roles=[], by=admin, path="form")
    stripped = person_of_token(text)
    assert stripped is not None
    assert not can_enter_actuals(stripped, department)


def test_a_new_password_leaves_tokens_as_they_are(head: User) -> None:
    text = issue(head)

    change_password(person=head, password="another-long-secret", by=head, path="form")

    assert person_of_token(text) == head


def test_its_use_is_noted_at_most_once_a_minute(
    head: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    text = issue(head)
    assert only_token().used_at is None

    with django_assert_num_queries(2):
        person_of_token(text)
    first = only_token().used_at
    assert first is not None
    with django_assert_num_queries(1):
        person_of_token(text)
    assert only_token().used_at == first

    ApiToken.objects.update(used_at=first - timedelta(minutes=1))
    person_of_token(text)
    assert only_token().used_at != first - timedelta(minutes=1)


def test_a_refused_token_is_not_noted_as_used(head: User) -> None:
    text = issue(head)
    revoke_token(token=only_token(), by=head, path="form")

    person_of_token(text)

    assert only_token().used_at is None


@pytest.mark.parametrize("days", [0, -1, 366, 10**9])
def test_a_token_lasts_a_day_at_least_and_a_year_at_most(head: User, days: int) -> None:
    with pytest.raises(TokenDaysError, match="1 to 365 days"):
        issue(head, days=days)

    assert not ApiToken.objects.exists()


def test_who_is_disabled_gets_no_token(head: User) -> None:
    User.objects.filter(pk=head.pk).update(is_active=False)

    with pytest.raises(DisabledPersonError, match="Enable this person"):
        issue(head)

    assert not ApiToken.objects.exists()
    assert not AuditEntry.objects.exists()


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("issue_token", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_prints_the_token_alone(head: User) -> None:
    said = run("Operations@Example.com", "--days", "14")

    assert person_of_token(said.removesuffix("\n")) == head
    assert only_token().expires_at - only_token().created_at == timedelta(days=14)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.path) == (None, "command")


def test_the_command_gives_ninety_days_unless_told(head: User) -> None:
    run(head.email)

    assert only_token().expires_at - only_token().created_at == timedelta(days=90)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody@example.com"], "Nobody here has the email address nobody@example.com"),
        (["operations@example.com", "--days", "0"], "1 to 365 days"),
        (["operations@example.com", "--days", "366"], "1 to 365 days"),
        (["operations@example.com", "--days", "-3"], "1 to 365 days"),
        (["operations@example.com", "--days", "soon"], "no whole number"),
        (["out@example.com"], "out@example.com is disabled"),
    ],
)
def test_what_the_command_refuses_is_a_sentence_and_no_token(
    head: User, arguments: list[str], said: str
) -> None:
    User.objects.create(email="out@example.com", is_active=False)

    with pytest.raises(CommandError, match=said):
        run(*arguments)

    assert not ApiToken.objects.exists()
