"""Find the figures that one person may read: what counts, and drafts within their scope."""

from django.db.models import Q, QuerySet

from kpis.models import ActualRevision
from organisation.models import Department, Entity, User
from organisation.permissions import can_read_drafts

STATUS = ActualRevision.Status


def figures_to_read(user: User) -> "QuerySet[ActualRevision]":
    """Select the figures that count, and the drafts that the person may read, as written."""
    counted = Q(counted_by__isnull=False, value__isnull=False)
    drafts = Q(drafted_by__isnull=False) & _in_scope(user)
    return ActualRevision.objects.filter(counted | drafts).order_by("pk")


def _in_scope(user: User) -> Q:
    """State at which departments and entities the person reads drafts."""
    entities, departments = list(Entity.objects.all()), list(Department.objects.all())
    scope, is_everything = Q(pk__in=[]), True
    for department in departments:
        inside = [one.pk for one in entities if can_read_drafts(user, department, one)]
        is_everything = is_everything and len(inside) == len(entities)
        if inside:
            scope |= Q(actual__kpi__department=department, actual__entity__in=inside)
    return Q() if is_everything and departments else scope
