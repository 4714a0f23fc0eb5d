"""Read who is here, what they did, and what still has to be recomputed."""

from organisation.selectors.people import (
    HeadRow,
    PersonRow,
    demo_people,
    get_person_to_read,
    heads_by_department,
    memberships_of,
    people_by_name,
    role_words,
    system_admins,
)
from organisation.selectors.recompute import outstanding_requests

__all__ = [
    "HeadRow",
    "PersonRow",
    "demo_people",
    "get_person_to_read",
    "heads_by_department",
    "memberships_of",
    "outstanding_requests",
    "people_by_name",
    "role_words",
    "system_admins",
]
