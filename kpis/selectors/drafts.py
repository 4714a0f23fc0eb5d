"""Find the figures that one person may read: what counts, and drafts within their scope."""

from django.db.models import Q, QuerySet

from kpis.models import ActualRevision
from organisation.models import Department, Entity, User
from organisation.permissions import can_read_drafts

STATUS = ActualRevision.Status
Place = tuple[int, int]  # department, entity


def figures_to_read(user: User) -> "QuerySet[ActualRevision]":
    """Select the figures that count, and the drafts that the person may read, as written."""
    counted = Q(counted_by__isnull=False, value__isnull=False)
    drafts = Q(drafted_by__isnull=False) & _in_scope(user)
    return ActualRevision.objects.filter(counted | drafts).order_by("pk")


def draft_places(user: User) -> set[Place]:
    """Return the departments, each in the entities, of which the person reads drafts."""
    return {
        (department, entity) for department, inside in _reach(user).items() for entity in inside
    }


def _reach(user: User) -> dict[int, list[int]]:
    """Map each department to the entities in which the person reads its drafts."""
    entities = list(Entity.objects.all())
    return {
        department.pk: [one.pk for one in entities if can_read_drafts(user, department, one)]
        for department in Department.objects.all()
    }


def _in_scope(user: User) -> Q:
    """State at which departments and entities the person reads drafts."""
    reach, entity_count = _reach(user), Entity.objects.count()
    if reach and all(len(inside) == entity_count for inside in reach.values()):
        return Q()
    scope = Q(pk__in=[])
    for department, inside in reach.items():
        if inside:
            scope |= Q(actual__kpi__department=department, actual__entity__in=inside)
    return scope
