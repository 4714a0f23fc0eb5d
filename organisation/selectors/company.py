"""Read the organisation itself: whose time it keeps, and who looks after its departments."""

from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from organisation.models import Department, Organisation, User


def organisation_zone() -> ZoneInfo:
    """Return the time zone in which days and times are told."""
    organisation = Organisation.objects.first()
    return ZoneInfo(organisation.timezone if organisation else "UTC")


def departments_around(person: User) -> QuerySet[Department]:
    """Return the departments that a person heads or is the finance partner of, by name."""
    return Department.objects.filter(Q(head=person) | Q(partner=person)).order_by("name", "code")
