"""What stands around every page: who is signed in, and where they may go."""

from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest
from django.urls import reverse

from dashboards.links import kept_query
from kpialign.styles import current_style
from kpis.selectors.reviews import to_review_count
from organisation.access import Person, access_of
from organisation.models import Entity, Membership, User
from organisation.permissions import (
    can_edit_cascade,
    can_export_workbook,
    can_import,
    can_open_entry_sheets,
    can_open_reviews,
    can_read_people,
    can_read_periods,
    can_read_runs,
    can_read_scores,
    can_read_trail,
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
ENTITIES = _Place(
    "Entities",
    "Entities",
    "entities",
    "entities",
    frozenset({"entities", "entity_matrix", "find_entity"}),
    keeps_context=True,
)
CASCADE = _Place(
    "Cascade",
    "Cascade",
    "cascade",
    "cascade",
    frozenset(
        {
            "cascade",
            "cascade_map",
            "shape_objective",
            "shape_objective_new",
            "shape_kpi",
            "shape_kpi_new",
            "shape_children",
            "shape_targets",
            "shape_archive",
        }
    ),
    keeps_context=True,
)
ALIGNMENT = _Place(
    "Alignment",
    "Alignment",
    "alignment",
    "alignment",
    frozenset({"alignment"}),
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
REVIEW = _Place("Review", "Review", "review", "review", frozenset({"review"}))
PERIODS = _Place("Periods", "Periods", "periods", "periods", frozenset({"periods", "period"}))
IMPORT = _Place("Import", "Import", "import", "import", frozenset({"import", "import_upload"}))
EXPORT = _Place("Export", "Export", "export", "export", frozenset({"export"}))
RUNS = _Place("Runs", "Runs", "runs", "runs", frozenset({"runs"}), begins_group=True)
TRAIL = _Place("Trail", "Trail", "trail", "trail", frozenset({"trail"}))
PEOPLE = _Place(
    "People",
    "People",
    "people",
    "people",
    frozenset({"people", "person", "person_invitation"}),
)
SETTINGS = _Place(
    "Settings",
    "Settings",
    "settings",
    "settings",
    frozenset(
        {
            "settings",
            "shape_entities",
            "shape_entity",
            "shape_entity_new",
            "shape_departments",
            "shape_department",
            "shape_department_new",
            "shape_perspectives",
            "shape_rates",
        }
    ),
)


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
    for place in _places(user, has_members):
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


def _places(user: Person, has_members: bool | None) -> list[_Place]:
    """List the places that exist and that the person may see."""
    reads = can_read_scores(user)
    if has_members is None:
        has_members = reads and Entity.objects.exclude(parent=None).exists()
    wanted = [
        (HOME, True),
        (ENTERPRISE, reads),
        (DEPARTMENTS, reads),
        (ENTITIES, reads and has_members),
        (CASCADE, reads),
        (ALIGNMENT, reads),
        (ENTER, can_open_entry_sheets(user)),
        (REVIEW, can_open_reviews(user)),
        (PERIODS, can_read_periods(user)),
        (IMPORT, can_import(user)),
        (EXPORT, can_export_workbook(user)),
        (RUNS, can_read_runs(user)),
        (TRAIL, can_read_trail(user)),
        (PEOPLE, can_read_people(user)),
        (SETTINGS, can_edit_cascade(user)),
    ]
    return [place for place, may in wanted if may]


def _roles(user: User) -> str:
    roles = dict.fromkeys(grant.role for grant in access_of(user).grants)
    return ", ".join(str(Membership.Role(role).label) for role in roles) or "No role"
