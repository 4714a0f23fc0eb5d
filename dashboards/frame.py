"""What stands around every page: who is signed in, and where they may go."""

from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest
from django.urls import reverse

from dashboards.links import kept_query
from organisation.access import Person, access_of
from organisation.models import Membership, User
from organisation.permissions import (
    can_open_entry_sheets,
    can_read_people,
    can_read_runs,
    can_read_scores,
)


@dataclass(frozen=True)
class Entry:
    """One place in the navigation."""

    label: str
    short: str
    icon: str
    url: str
    begins_group: bool = False
    is_tab: bool = False
    is_current: bool = False
    current_as: Literal["page", "true"] = "true"
    count: int = 0


@dataclass(frozen=True)
class Frame:
    """The navigation of one person on one page."""

    person: User | None
    role: str = ""
    entries: tuple[Entry, ...] = ()

    @property
    def tabs(self) -> list[Entry]:
        """The places at the foot of a phone."""
        return [entry for entry in self.entries if entry.is_tab]

    @property
    def entries_beside_tabs(self) -> list[Entry]:
        """The places that a phone keeps under More."""
        return [entry for entry in self.entries if not entry.is_tab]

    @property
    def section(self) -> str:
        """The place this page belongs to."""
        return next((entry.label for entry in self.entries if entry.is_current), "")


@dataclass(frozen=True)
class _Place:
    """An entry before it is known who asks from where."""

    label: str
    short: str
    icon: str
    name: str
    pages: frozenset[str]  # names of the URLs that belong to it
    begins_group: bool = False
    is_tab: bool = False
    keeps_context: bool = False


HOME = _Place("Home", "Home", "home", "home", frozenset({"home"}), is_tab=True)
ENTERPRISE = _Place(
    "Enterprise",
    "Enterprise",
    "enterprise",
    "enterprise",
    frozenset({"enterprise", "objective", "kpi"}),
    is_tab=True,
    keeps_context=True,
)
DEPARTMENTS = _Place(
    "Departments",
    "Departments",
    "departments",
    "departments",
    frozenset({"departments", "department"}),
    keeps_context=True,
)
ENTER = _Place(
    "Enter actuals",
    "Enter",
    "enter",
    "entry_index",
    frozenset({"entry_index", "entry_sheet"}),
    begins_group=True,
    is_tab=True,
)
RUNS = _Place("Runs", "Runs", "runs", "runs", frozenset({"runs"}), begins_group=True)
PEOPLE = _Place(
    "People",
    "People",
    "people",
    "people",
    frozenset({"people", "person", "person_invitation"}),
)


def frame_of(request: HttpRequest, *, waiting_count: int = 0) -> Frame:
    """Put together the navigation for whoever asks; nobody signed in has none."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return Frame(person=None)
    match = request.resolver_match
    current = match.url_name if match and match.url_name else ""
    entries = []
    for place in _places(user):
        is_current = current in place.pages
        entries.append(
            Entry(
                label=place.label,
                short=place.short,
                icon=place.icon,
                url=reverse(place.name) + (kept_query(request) if place.keeps_context else ""),
                begins_group=place.begins_group,
                is_tab=place.is_tab,
                is_current=is_current,
                current_as="page" if current == place.name else "true",
                count=waiting_count if place is HOME else 0,
            )
        )
    return Frame(person=user, role=_roles(user), entries=tuple(entries))


def _places(user: Person) -> list[_Place]:
    """List the places that exist and that the person may see."""
    reads = can_read_scores(user)
    wanted = [
        (HOME, True),
        (ENTERPRISE, reads),
        (DEPARTMENTS, reads),
        (ENTER, can_open_entry_sheets(user)),
        (RUNS, can_read_runs(user)),
        (PEOPLE, can_read_people(user)),
    ]
    return [place for place, may in wanted if may]


def _roles(user: User) -> str:
    roles = dict.fromkeys(grant.role for grant in access_of(user).grants)
    return ", ".join(str(Membership.Role(role).label) for role in roles) or "No role"
