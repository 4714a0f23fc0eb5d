"""Guess passwords: tries are counted by account and by address, and tell nothing of either."""

import io

import pytest
from django.contrib.auth import hashers
from django.core.cache import cache
from django.test import Client, override_settings
from pytest_django import Settings

from kpialign import settings as configured
from organisation.models import User
from organisation.services import people
from tests.factories import make_person
from tests.organisation.conftest import PASSWORD

SIGN_IN = "/account/login/"
NOT_TOGETHER = "This email address and this password do not go together."
TOO_OFTEN = "Too many tries. Wait five minutes, then try again."


class CountingHasher(hashers.MD5PasswordHasher):
    """A quick hasher that counts how often it is asked."""

    tries = 0

    def verify(self, password: str, encoded: str) -> bool:
        type(self).tries += 1
        return super().verify(password, encoded)


@pytest.fixture
def hasher(settings: Settings) -> type[CountingHasher]:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    CountingHasher.tries = 0
    return CountingHasher


def attempt(email: str, password: str, *, address: str = "192.0.2.1", **headers: str) -> str:
    response = Client().post(
        SIGN_IN, {"login": email, "password": password}, REMOTE_ADDR=address, headers=headers
    )
    if response.status_code == 302:
        return "signed in"
    page = response.content.decode()
    return next((said for said in (NOT_TOGETHER, TOO_OFTEN) if said in page), page)


def test_after_five_wrong_passwords_the_right_one_is_refused_too(head: User) -> None:
    answers = [attempt(head.email, f"guess-{n}", address=f"192.0.2.{n}") for n in range(6)]

    assert answers == [NOT_TOGETHER] * 5 + [TOO_OFTEN]
    assert attempt(head.email, PASSWORD, address="198.51.100.9") == TOO_OFTEN


@override_settings(CACHES=configured.CACHES)  # the product's own, not that of the tests
def test_no_try_is_forgotten_for_what_else_is_kept(head: User) -> None:
    for n in range(6):
        attempt(head.email, f"guess-{n}", address=f"192.0.2.{n}")

    for n in range(400):
        cache.set(f"something-{n}", n, 60)

    assert attempt(head.email, PASSWORD, address="198.51.100.9") == TOO_OFTEN


def test_another_account_is_not_slowed_by_it(head: User) -> None:
    other = make_person("sales@example.com", "viewer", password=PASSWORD)
    for n in range(6):
        attempt(head.email, f"guess-{n}", address=f"192.0.2.{n}")

    assert attempt(other.email, PASSWORD, address="198.51.100.9") == "signed in"


@pytest.mark.parametrize("spelling", ["OPERATIONS@example.com", " operations@EXAMPLE.com "])
def test_another_spelling_of_the_address_is_the_same_account(head: User, spelling: str) -> None:
    for n in range(5):
        attempt(head.email, f"guess-{n}", address=f"192.0.2.{n}")

    assert attempt(spelling, PASSWORD, address="198.51.100.9") == TOO_OFTEN


def test_another_port_in_the_host_header_is_the_same_account(head: User) -> None:
    answers = [
        attempt(head.email, f"guess-{n}", address=f"192.0.2.{n}", host=f"localhost:{8000 + n}")
        for n in range(7)
    ]

    assert answers == [NOT_TOGETHER] * 5 + [TOO_OFTEN] * 2


def test_one_address_reaches_the_hasher_ten_times_a_minute_whoever_it_guesses(
    hasher: type[CountingHasher], company: None
) -> None:
    guessed = [make_person(f"person{n}@example.com", "viewer") for n in range(40)]

    for person in guessed:
        attempt(person.email, "guess-guess")

    assert hasher.tries == 10


def test_a_forwarding_header_has_no_effect_without_a_proxy(
    hasher: type[CountingHasher], company: None
) -> None:
    guessed = [make_person(f"person{n}@example.com", "viewer") for n in range(40)]

    for n, person in enumerate(guessed):
        attempt(
            person.email,
            "guess-guess",
            **{"x-forwarded-for": f"203.0.113.{n}", "x-real-ip": f"203.0.113.{n}"},
        )

    assert hasher.tries == 10


def test_a_right_password_in_between_resets_no_count(head: User) -> None:
    mine = make_person("sales@example.com", "viewer", password=PASSWORD)
    for n in range(10):
        attempt(f"nobody{n}@example.com", "guess-guess")

    assert attempt(mine.email, PASSWORD) == TOO_OFTEN


def test_signing_in_rightly_is_not_counted(head: User) -> None:
    assert [attempt(head.email, PASSWORD) for _ in range(12)] == ["signed in"] * 12


@pytest.mark.parametrize("kind", ["unknown", "disabled", "without a password"])
def test_every_account_one_cannot_sign_in_to_gets_the_answer_of_a_wrong_password(
    head: User, kind: str
) -> None:
    email = head.email
    if kind == "unknown":
        email = "nobody@example.com"
    elif kind == "disabled":
        people.disable_person(person=head, by=None, path="command")
    else:
        User.objects.filter(pk=head.pk).update(password=hashers.make_password(None))

    assert attempt(email, PASSWORD) == NOT_TOGETHER


def test_an_unknown_account_costs_the_time_of_a_known_one(
    head: User, monkeypatch: pytest.MonkeyPatch, hasher: type[CountingHasher]
) -> None:
    encoded: list[str] = []
    encode = CountingHasher.encode

    def counted(self: CountingHasher, password: str, salt: str) -> str:
        encoded.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(CountingHasher, "encode", counted)

    attempt("nobody@example.com", "guess-guess")

    assert encoded == ["guess-guess"]


def test_a_refused_sign_in_leaves_a_line_without_what_was_typed(
    head: User, log: io.StringIO
) -> None:
    attempt(head.email, "guess-guess", address="203.0.113.7")

    logged = log.getvalue()
    assert "Sign-in refused from 203.0.113.7" in logged
    assert "guess-guess" not in logged
    assert head.email not in logged
