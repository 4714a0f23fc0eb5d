"""Decide who may what: every access rule of the product, and the one reader of roles.

Whether the state of a period or plan allows a change is the services' business. A page that a
role never has is refused with 403; an object outside one's scope looks absent, with 404.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from organisation.models import Department, Entity, Membership, User

Role = Membership.Role
Person = AbstractBaseUser | AnonymousUser
Rest = ParamSpec("Rest")

READS_SCORES = frozenset(Role)
ENTERS_ACTUALS = frozenset({Role.DEPARTMENT_HEAD, Role.FINANCE_ADMIN})
READS_DRAFTS = ENTERS_ACTUALS | {Role.AUDITOR}
EDITS_CASCADE = frozenset({Role.FINANCE_ADMIN})
EXPORTS_WORKBOOK = frozenset({Role.FINANCE_ADMIN, Role.AUDITOR})
READS_TRAIL = frozenset({Role.FINANCE_ADMIN, Role.AUDITOR, Role.SYSTEM_ADMIN})
MANAGES_PEOPLE = frozenset({Role.SYSTEM_ADMIN})
RUNS_THE_PRODUCT = frozenset({Role.SYSTEM_ADMIN})


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


def person_of(request: HttpRequest) -> User:
    """Return who is signed in; anybody else is refused with 403."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


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


def can_read_scores(user: Person) -> bool:
    """Read scores, dashboards, KPI pages, figures' history, explanations, cascade, findings."""
    return access_of(user).has(READS_SCORES)


def can_open_entry_sheets(user: Person) -> bool:
    """Have entry sheets at all; which ones is can_read_entry_sheet's answer."""
    return access_of(user).has(READS_DRAFTS)


def can_read_entry_sheet(
    user: Person, department: Department, entity: Entity | None = None
) -> bool:
    """Read the entry sheet of a department, in one entity or (None) in any."""
    return access_of(user).reaches(READS_DRAFTS, department, entity)


def can_read_drafts(user: Person, department: Department, entity: Entity | None = None) -> bool:
    """Read figures that do not count yet, evidence files and review notes."""
    return access_of(user).reaches(READS_DRAFTS, department, entity)


def can_enter_actuals(user: Person, department: Department, entity: Entity | None = None) -> bool:
    """Enter and submit a department's actuals, in one entity or (None) in any."""
    return access_of(user).reaches(ENTERS_ACTUALS, department, entity)


def can_edit_cascade(user: Person) -> bool:
    """Change the cascade, targets, settings, entities and departments."""
    return access_of(user).has(EDITS_CASCADE)


def can_import(user: Person) -> bool:
    """Import a cascade workbook; its sheet of people needs can_manage_people besides."""
    return access_of(user).has(EDITS_CASCADE)


def can_export_workbook(user: Person) -> bool:
    """Take the whole cascade away as a workbook, drafts included."""
    return access_of(user).has(EXPORTS_WORKBOOK)


def can_read_trail(user: Person) -> bool:
    """Read the trail of all writes."""
    return access_of(user).has(READS_TRAIL)


def can_read_runs(user: Person) -> bool:
    """Read the details of recompute runs: when, why, how much, how long, error."""
    return access_of(user).has(READS_TRAIL)


def can_read_people(user: Person) -> bool:
    """Read who is here and which roles they have."""
    return access_of(user).has(READS_TRAIL)


def can_manage_people(user: Person) -> bool:
    """Invite people, give and take roles, disable them."""
    return access_of(user).has(MANAGES_PEOPLE)


def can_read_readiness(user: Person) -> bool:
    """Read which part of the product does not work."""
    return access_of(user).has(RUNS_THE_PRODUCT)


def requires(
    predicate: Callable[[Person], bool],
) -> Callable[
    [Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, Rest], HttpResponseBase],
]:
    """Refuse a view with 403 to everyone whose roles never have it."""

    def guard(
        view: Callable[Concatenate[HttpRequest, Rest], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> HttpResponseBase:
            if not predicate(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard
