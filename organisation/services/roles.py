"""Give and take roles: every change of who may what, with the trail, ending their sessions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from organisation.errors import (
    LastSystemAdminError,
    RolesChangedError,
    RoleWithoutDepartmentError,
)
from organisation.models import Department, Entity, Membership, User
from organisation.selectors import system_admins
from organisation.services import trail
from organisation.services.people import end_sessions, locked_system_admins

BATCH = 500
Role = Membership.Role
Key = tuple[int, str, int | None, int | None]


@dataclass(frozen=True)
class RoleGiven:
    """One role of one person, within a department and an entity (none given: all)."""

    person: User
    role: str
    department: Department | None = None
    entity: Entity | None = None

    @property
    def key(self) -> Key:
        """Name the membership by what makes it one."""
        return (
            self.person.pk,
            self.role,
            None if self.department is None else self.department.pk,
            None if self.entity is None else self.entity.pk,
        )

    @property
    def membership(self) -> Membership:
        """Make the row, not yet stored."""
        return Membership(
            user=self.person,
            role=Role(self.role),
            department=self.department,
            entity=self.entity,
        )


@transaction.atomic
def give_roles(*, roles: Sequence[RoleGiven], by: User | None, path: str) -> int:
    """Give the roles that are not there yet, and return how many; the others stay as they are."""
    _refuse_head_of_nothing(roles)
    people = {given.person.pk: given.person for given in roles}
    held = {_key(membership) for membership in _memberships(people)}
    missing = {given.key: given.membership for given in roles if given.key not in held}
    _add(missing.values(), by=by, path=path)
    end_sessions(*(people[pk] for pk in {key[0] for key in missing}))
    return len(missing)


@transaction.atomic
def replace_roles(
    *,
    person: User,
    roles: Sequence[RoleGiven],
    by: User | None,
    path: str,
    based_on: int | None = None,
) -> bool:
    """Give a person exactly these roles; say whether anything changed.

    `based_on` is the access number that the form was made from: RolesChangedError if somebody
    changed the person's access since. None does not ask.
    """
    _refuse_head_of_nothing(roles)
    locked_system_admins()
    locked = User.objects.select_for_update().get(pk=person.pk)
    if based_on is not None and locked.access_number != based_on:
        raise RolesChangedError(
            f"Somebody changed the roles of {person} meanwhile. Nothing was saved; open the page"
            " again and see what they are now."
        )
    held = {_key(membership): membership for membership in _memberships([person.pk])}
    wanted = {given.key: given.membership for given in roles}
    taken = [membership for key, membership in held.items() if key not in wanted]
    given = [membership for key, membership in wanted.items() if key not in held]
    if not taken and not given:
        return False
    _remove(taken, by=by, path=path)
    _add(given, by=by, path=path)
    if any(gone.role == Role.SYSTEM_ADMIN for gone in taken) and not system_admins().exists():
        raise LastSystemAdminError(
            f"{person} is the only system admin. Make another one first, then take this role away."
        )
    end_sessions(person)
    return True


def _refuse_head_of_nothing(roles: Iterable[RoleGiven]) -> None:
    for given in roles:
        if given.role == Role.DEPARTMENT_HEAD and given.department is None:
            raise RoleWithoutDepartmentError(
                f"A department head needs a department; choose the one {given.person} heads."
            )


def _memberships(people: Iterable[int]) -> Iterable[Membership]:
    wanted = list(people)
    for start in range(0, len(wanted), BATCH):
        yield from Membership.objects.filter(user__in=wanted[start : start + BATCH]).select_related(
            "user", "department", "entity"
        )


def _key(membership: Membership) -> Key:
    return membership.user_id, membership.role, membership.department_id, membership.entity_id


def _add(memberships: Iterable[Membership], *, by: User | None, path: str) -> None:
    added = Membership.objects.bulk_create(memberships, batch_size=BATCH)
    trail.record_many(
        [
            trail.Written("give_role", "person", membership.user.email, None, _told(membership))
            for membership in added
        ],
        actor=by,
        path=path,
    )


def _remove(memberships: Sequence[Membership], *, by: User | None, path: str) -> None:
    trail.record_many(
        [
            trail.Written("take_role", "person", membership.user.email, _told(membership), None)
            for membership in memberships
        ],
        actor=by,
        path=path,
    )
    Membership.objects.filter(pk__in=[membership.pk for membership in memberships]).delete()


def _told(membership: Membership) -> dict[str, str]:
    return {
        "role": membership.role,
        "department": membership.department.code if membership.department else "",
        "entity": membership.entity.code if membership.entity else "",
    }
