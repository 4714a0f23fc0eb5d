"""Read what one person was given: roles, each within a department and some entities."""

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from organisation.models import Department, Entity, Membership, User

Role = Membership.Role
Person = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True)
class Grant:
    """One role, within one department and some entities (None: all of them)."""

    role: str
    department_id: int | None
    entity_ids: frozenset[int] | None

    def covers(self, department: Department | None, entity: Entity | None) -> bool:
        """Say whether the scope takes in this department and entity (None: some of them)."""
        return (
            self.department_id is None or department is None or department.pk == self.department_id
        ) and (self.entity_ids is None or entity is None or entity.pk in self.entity_ids)


@dataclass(frozen=True)
class Access:
    """All that one person may: the grants of their memberships, which add up."""

    grants: tuple[Grant, ...] = ()

    def has(self, roles: frozenset[Role]) -> bool:
        """Say whether any membership carries one of the roles, whatever its scope."""
        return any(grant.role in roles for grant in self.grants)

    def reaches(
        self, roles: frozenset[Role], department: Department | None, entity: Entity | None
    ) -> bool:
        """Say whether one membership carries one of the roles there."""
        return any(
            grant.role in roles and grant.covers(department, entity) for grant in self.grants
        )


def access_of(user: Person) -> Access:
    """Read a person's access, once for each User object, as Django keeps permissions."""
    kept = vars(user).get("_access")
    if isinstance(kept, Access):
        return kept
    access = _read_access(user) if isinstance(user, User) and user.is_active else Access()
    vars(user)["_access"] = access
    return access


def forget_access(user: Person) -> None:
    """Read the access anew next time: the memberships have changed."""
    vars(user).pop("_access", None)


def _read_access(user: User) -> Access:
    memberships = list(Membership.objects.filter(user_id=user.pk))
    below: dict[int, frozenset[int]] = {}
    if any(membership.entity_id for membership in memberships):
        below = _entities_below()
    return Access(
        tuple(
            Grant(
                membership.role,
                membership.department_id,
                None if membership.entity_id is None else below[membership.entity_id],
            )
            for membership in memberships
        )
    )


def _entities_below() -> dict[int, frozenset[int]]:
    """Map each entity to itself and all those beneath it."""
    parents = dict(Entity.objects.values_list("pk", "parent_id"))
    below: dict[int, set[int]] = {pk: set() for pk in parents}
    for pk in parents:
        ancestor: int | None = pk
        while ancestor is not None:
            below[ancestor].add(pk)
            ancestor = parents[ancestor]
    return {pk: frozenset(inside) for pk, inside in below.items()}
