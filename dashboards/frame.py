"""What stands around every page: who is signed in, and where they may go."""

from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest
from django.urls import reverse

from dashboards.links import kept_query
from dashboards.places import HOME, REVIEW, places_of
from kpialign.styles import current_style
from kpis.selectors.reviews import to_review_count
from organisation.access import access_of
from organisation.models import Membership, User
from organisation.permissions import can_read_scores


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
    may_search: bool = False
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
    def theme(self) -> str:
        """The theme that the person chose; nothing where the device decides."""
        chosen = self.person.theme if self.person else User.Theme.SYSTEM
        return "" if chosen == User.Theme.SYSTEM else chosen

    @property
    def density(self) -> str:
        """How high the rows of tables are."""
        return self.person.density if self.person else User.Density.STANDARD

    @property
    def separators(self) -> str:
        """The decimal and the thousands mark, as charts take them."""
        style = current_style()
        return style.decimal_mark + style.thousands_mark

    @property
    def section(self) -> str:
        """The place this page belongs to."""
        return next((entry.label for entry in self.entries if entry.is_current), "")


def frame_of(
    request: HttpRequest, *, waiting_count: int = 0, has_members: bool | None = None
) -> Frame:
    """Put together the navigation for whoever asks; nobody signed in has none.

    `has_members` tells whether there are several entities, where the page knows.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return Frame(person=None)
    match = request.resolver_match
    current = match.url_name if match and match.url_name else ""
    counts = {HOME.name: waiting_count, REVIEW.name: to_review_count(user)}
    entries = []
    for place in places_of(user, has_members=has_members):
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
                count=counts.get(place.name, 0),
            )
        )
    return Frame(
        person=user,
        role=_roles(user),
        may_search=can_read_scores(user),
        entries=tuple(entries),
    )


def _roles(user: User) -> str:
    roles = dict.fromkeys(grant.role for grant in access_of(user).grants)
    return ", ".join(str(Membership.Role(role).label) for role in roles) or "No role"
