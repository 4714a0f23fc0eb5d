"""Read who is here and what still has to be recomputed, in a bounded number of queries."""

from collections.abc import Iterable

from django.db.models import QuerySet

from organisation.models import Membership, RecomputeRequest, User


def outstanding_requests() -> QuerySet[RecomputeRequest]:
    """Find every change whose scores are not up to date yet, oldest first."""
    return RecomputeRequest.objects.filter(handled_at=None).order_by("pk")


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
