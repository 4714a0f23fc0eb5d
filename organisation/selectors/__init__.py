"""Read who is here, what they did, and what still has to be recomputed."""

from organisation.selectors.company import departments_around, organisation_zone
from organisation.selectors.people import (
    HeadRow,
    PersonRow,
    demo_people,
    get_person_to_read,
    heads_by_department,
    memberships_of,
    people_by_name,
    person_called,
    role_words,
    system_admins,
)
from organisation.selectors.recompute import outstanding_requests
from organisation.selectors.tokens import get_own_token, tokens_of

__all__ = [
    "HeadRow",
    "PersonRow",
    "demo_people",
    "departments_around",
    "get_own_token",
    "get_person_to_read",
    "heads_by_department",
    "memberships_of",
    "organisation_zone",
    "outstanding_requests",
    "people_by_name",
    "person_called",
    "role_words",
    "system_admins",
    "tokens_of",
]
