"""Read who is here and what each may, in a bounded number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from organisation.models import Membership, User


def system_admins() -> QuerySet[User]:
    """Find the people who can manage people and are not disabled."""
    managing = Membership.objects.filter(role=Membership.Role.SYSTEM_ADMIN)
    return User.objects.filter(is_active=True, pk__in=managing.values("user"))


def demo_people() -> QuerySet[User]:
    """Find the people of the demo who can sign in with its printed password."""
    return User.objects.filter(is_active=True, is_demo=True)


def role_words(people: Iterable[User]) -> dict[int, str]:
    """Say the roles of each person in words, by the person's key: "Department head, Operations"."""
    memberships = Membership.objects.filter(user__in=list(people)).order_by("user", "role", "pk")
    said: dict[int, list[str]] = {}
    for membership in memberships.select_related("department", "entity"):
        scope = [place.name for place in (membership.department, membership.entity) if place]
        words = ", ".join([membership.get_role_display(), *scope])
        said.setdefault(membership.user_id, []).append(words)
    return {person: "; ".join(words) for person, words in said.items()}


@dataclass(frozen=True)
class PersonRow:
    """One person as the list of people shows them."""

    person: User
    roles: str


def people_by_name() -> list[PersonRow]:
    """List everyone with their roles in words: active people first, then by name."""
    people = list(User.objects.order_by("-is_active", "name", "email"))
    words = role_words(people)
    return [PersonRow(person, words.get(person.pk, "")) for person in people]


def get_person_to_read(person_id: int) -> User:
    """Return the person with this key, whom everyone with this page may read; else 404."""
    return get_object_or_404(User, pk=person_id)


def person_called(email: str) -> User | None:
    """Return the person with this address, None if there is none."""
    return User.objects.filter(email=email).first()


def memberships_of(person: User) -> QuerySet[Membership]:
    """Find the memberships of one person, with their departments and entities."""
    return person.memberships.select_related("department", "entity").order_by("pk")


@dataclass(frozen=True)
class HeadRow:
    """Who enters a department's figures, at an entity and below it (None: everywhere)."""

    department: str  # code
    entity_id: int | None
    name: str


def heads_by_department(codes: Iterable[str]) -> list[HeadRow]:
    """Find the heads of these departments, those of a part of the organisation first."""
    rows = Membership.objects.filter(
        role=Membership.Role.DEPARTMENT_HEAD,
        department__code__in=list(codes),
        user__is_active=True,
    ).select_related("department", "user")
    found = [
        HeadRow(one.department.code, one.entity_id, str(one.user)) for one in rows if one.department
    ]
    return sorted(found, key=lambda row: (row.entity_id is None, row.name))
