"""Let the people of the demo sign in, with one password made for this folder and printed."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from kpialign.secret import kept_secret
from organisation.models import User
from organisation.selectors import demo_people, role_words
from organisation.services import trail

PASSWORD_FILE = "demo-password"  # noqa: S105  a file's name
CONSONANTS, VOWELS = "bdfgkmnprtvz", "aeiou"


@dataclass(frozen=True)
class DemoSignIn:
    """One line that the start prints: who, as what, with which password (None: their own)."""

    email: str
    roles: str
    password: str | None


@transaction.atomic
def create_demo_sign_ins() -> list[DemoSignIn]:
    """Let the people of a demo folder sign in; tell who signs in how.

    At first these are all whom the demo's import made; later on whoever is invited chooses a
    password like anyone else, and keeps it.
    """
    password = kept_secret(settings.KPIALIGN_VAR / PASSWORD_FILE, make=easy_password)
    had_demo = User.objects.filter(is_demo=True).exists()  # disabled ones too: they stay shut out
    people = list(demo_people() if had_demo else User.objects.filter(is_active=True))
    encoded = _encoded(password, people)
    _open([person for person in people if not person.has_usable_password()], encoded)
    words = role_words(people)
    return [
        DemoSignIn(
            email=person.email,
            roles=words.get(person.pk, "no role"),
            password=password if person.password == encoded else None,
        )
        for person in people
        if person.is_demo
    ]


def _open(people: list[User], encoded: str) -> None:
    for person in people:
        person.password = encoded
        person.is_demo = True
    User.objects.bulk_update(people, ["password", "is_demo"])
    trail.record_many(
        [
            trail.Written("change_password", "person", person.email, None, {"demo": True})
            for person in people
        ],
        actor=None,
        path="command",
    )


def easy_password() -> str:
    """Make a password that is easy to type and hard to guess, such as kumo-tare-vibu-gazo."""
    syllables = [secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(8)]
    return "-".join("".join(syllables[start : start + 2]) for start in range(0, 8, 2))


def _encoded(password: str, people: Iterable[User]) -> str:
    """Return the hash the demo's people share: one is slow to make, so a restart finds it again."""
    for person in people:
        if person.is_demo and check_password(password, person.password):
            return person.password
    return make_password(password)
