"""Who: the organisation, its entities, departments and people, and the trail of their writes."""

from organisation.models.company import (
    CODE_LENGTH,
    DIGITS,
    PLACES,
    Department,
    Entity,
    FiscalCalendar,
    Membership,
    Organisation,
    valid_code,
)
from organisation.models.people import ApiToken, User
from organisation.models.trail import AuditEntry, RecomputeRequest

__all__ = [
    "CODE_LENGTH",
    "DIGITS",
    "PLACES",
    "ApiToken",
    "AuditEntry",
    "Department",
    "Entity",
    "FiscalCalendar",
    "Membership",
    "Organisation",
    "RecomputeRequest",
    "User",
    "valid_code",
]
