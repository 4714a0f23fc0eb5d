"""Write who is here: people, their names, their state and their passwords, with the trail."""

from collections.abc import Mapping

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F

from organisation.access import forget_access
from organisation.errors import (
    EmailNotReadableError,
    LastSystemAdminError,
    UnknownPersonError,
    WeakPasswordError,
)
from organisation.models import User
from organisation.selectors import system_admins
from organisation.services import tokens, trail

BATCH = 500
PERSON = "person"


def plain_email(email: str) -> str:
    """Return the one way in which an address is kept; refuse what is none.

    >>> plain_email("  Head.Of@Example.COM ")
    'head.of@example.com'
    """
    plain = email.strip().lower()
    try:
        validate_email(plain)
    except ValidationError as error:
        raise EmailNotReadableError(
            f"{email.strip()!r} is not an email address; one looks like name@example.com."
        ) from error
    return plain


def get_person(email: str) -> User:
    """Return the person with this address, in whatever case it is written."""
    person = User.objects.filter(email=email.strip().lower()).first()
    if person is None:
        raise UnknownPersonError(
            f"Nobody here has the email address {email.strip()}. Import the person, "
            "or make one with: manage.py invite_person EMAIL"
        )
    return person


def ensure_person(*, email: str, name: str | None = None, by: User | None, path: str) -> User:
    """Return the person with this address, made without any role if there is none."""
    return ensure_people(names={email: name}, by=by, path=path)[plain_email(email)]


@transaction.atomic
def ensure_people(
    *, names: Mapping[str, str | None], by: User | None, path: str
) -> dict[str, User]:
    """Make the people who are missing, give names where one is stated; return all by address."""
    wanted = {plain_email(email): name for email, name in names.items()}
    held = _people(wanted)
    missing = [
        User(email=email, name=name or "", password=make_password(None))
        for email, name in wanted.items()
        if email not in held
    ]
    renamed = [
        person
        for email, person in held.items()
        if wanted[email] is not None and wanted[email] != person.name
    ]
    writes = [
        trail.Written("add", PERSON, person.email, None, {"name": person.name})
        for person in missing
    ]
    for person in renamed:
        name = wanted[person.email] or ""
        writes.append(
            trail.Written("rename", PERSON, person.email, {"name": person.name}, {"name": name})
        )
        person.name = name
    User.objects.bulk_create(missing, batch_size=BATCH)
    User.objects.bulk_update(renamed, ["name"], batch_size=BATCH)
    trail.record_many(writes, actor=by, path=path)
    return held | {person.email: person for person in missing}


def _people(emails: Mapping[str, str | None]) -> dict[str, User]:
    addresses = list(emails)
    return {
        person.email: person
        for start in range(0, len(addresses), BATCH)
        for person in User.objects.filter(email__in=addresses[start : start + BATCH])
    }


@transaction.atomic
def change_password(*, person: User, password: str, by: User | None, path: str) -> None:
    """Give a person a new password, which ends every session they began with the old one."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise WeakPasswordError(" ".join(error.messages)) from error
    person.set_password(password)
    person.save(update_fields=["password"])
    trail.record(
        actor=by,
        path=path,
        action="change_password",
        subject_kind=PERSON,
        subject_key=person.email,
        before=None,
        after=None,
    )


@transaction.atomic
def disable_person(*, person: User, by: User | None, path: str, why: str = "") -> None:
    """Shut a person out, end their sessions and tokens; what they wrote keeps their name."""
    admins = locked_system_admins()
    locked = _locked(person)
    if admins == [locked]:
        raise LastSystemAdminError(
            f"{locked} is the only system admin. Make another one first, then disable this person."
        )
    _set_active(locked, active=False, by=by, path=path, why=why)
    tokens.revoke_tokens(person=locked, by=by, path=path, why=why or "The person was disabled.")


@transaction.atomic
def enable_person(*, person: User, by: User | None, path: str, why: str = "") -> None:
    """Let a disabled person sign in again, with the password and the roles they had."""
    _set_active(_locked(person), active=True, by=by, path=path, why=why)


def _set_active(person: User, *, active: bool, by: User | None, path: str, why: str) -> None:
    if person.is_active == active:
        return
    User.objects.filter(pk=person.pk).update(is_active=active)
    end_sessions(person)
    trail.record(
        actor=by,
        path=path,
        action="enable" if active else "disable",
        subject_kind=PERSON,
        subject_key=person.email,
        before={"active": not active},
        after={"active": active},
        why=why,
    )


@transaction.atomic
def sign_out_elsewhere(*, person: User, by: User | None, path: str) -> User:
    """End every session of a person; return them as they are now, to sign this one in anew."""
    end_sessions(person)
    trail.record(
        actor=by,
        path=path,
        action="sign_out",
        subject_kind=PERSON,
        subject_key=person.email,
        before=None,
        after=None,
    )
    return User.objects.get(pk=person.pk)


def end_sessions(*people: User) -> None:
    """End every session that these people began with the access they had until now."""
    User.objects.filter(pk__in=[person.pk for person in people]).update(
        access_number=F("access_number") + 1
    )
    for person in people:
        forget_access(person)


def locked_system_admins() -> list[User]:
    """Lock those who can manage people, so that two of them cannot shut each other out at once."""
    return list(system_admins().select_for_update().order_by("pk"))


def _locked(person: User) -> User:
    return User.objects.select_for_update().get(pk=person.pk)
