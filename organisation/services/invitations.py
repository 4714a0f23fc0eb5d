"""Invite people with a one-time link at which they choose a password."""

from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from organisation.errors import InvitationSpentError
from organisation.models import Membership, User
from organisation.selectors import system_admins
from organisation.services import people, trail
from organisation.services.roles import RoleGiven, give_roles

VALID_FOR = 72 * 3600  # seconds
SALT = "organisation.invitation"
SPENT = (
    "This link has been used, has expired, or is not whole. "
    "Ask a system admin for a new invitation; a link lasts 72 hours."
)


@transaction.atomic
def invite_person(*, email: str, by: User | None, path: str) -> User:
    """Make the person if there is none; the first one invited becomes the system admin."""
    person = people.ensure_person(email=email, by=by, path=path)
    if not person.is_active:
        raise InvitationSpentError(f"{person} is disabled. Enable this person, then invite again.")
    trail.record(
        actor=by,
        path=path,
        action="invite",
        subject_kind="person",
        subject_key=person.email,
        before=None,
        after=None,
    )
    if not system_admins().exists():
        first = RoleGiven(person, Membership.Role.SYSTEM_ADMIN)
        give_roles(roles=[first], by=by, path=path)
    return person


def invitation_token(person: User) -> str:
    """Sign a token that is good for 72 hours and until the password changes."""
    return signing.dumps({"person": person.pk, "seal": _seal(person)}, salt=SALT)


def get_invited_person(token: str) -> User:
    """Return the person whom an unspent invitation names."""
    return _invited(token, lock=False)


@transaction.atomic
def accept_invitation(*, token: str, password: str) -> User:
    """Spend the invitation: give its person the password they chose."""
    person = _invited(token, lock=True)
    people.change_password(person=person, password=password, by=person, path="form")
    return person


def _invited(token: str, *, lock: bool) -> User:
    try:
        told: dict[str, Any] = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature as error:
        raise InvitationSpentError(SPENT) from error
    found = User.objects.select_for_update() if lock else User.objects.all()
    person = found.filter(pk=told["person"], is_active=True).first()
    if person is None or not constant_time_compare(_seal(person), told["seal"]):
        raise InvitationSpentError(SPENT)
    return person


def _seal(person: User) -> str:
    """Stand for the password of now, so that choosing one spends every link given out before."""
    return salted_hmac(SALT, f"{person.email}:{person.password}", algorithm="sha256").hexdigest()
