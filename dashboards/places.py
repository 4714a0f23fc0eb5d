"""The places of the navigation, and who may go there."""

from dataclasses import dataclass

from organisation.access import Person
from organisation.models import Entity
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
class Place:
    """An entry before it is known who asks from where."""

    label: str
    short: str
    icon: str
    name: str
    pages: frozenset[str]  # names of the URLs that belong to it
    begins_group: bool = False
    is_tab: bool = False
    keeps_context: bool = False


HOME = Place("Home", "Home", "home", "home", frozenset({"home"}), is_tab=True)
ENTERPRISE = Place(
    "Enterprise",
    "Enterprise",
    "enterprise",
    "enterprise",
    frozenset({"enterprise", "objective", "kpi"}),
    is_tab=True,
    keeps_context=True,
)
DEPARTMENTS = Place(
    "Departments",
    "Departments",
    "departments",
    "departments",
    frozenset({"departments", "department"}),
    keeps_context=True,
)
ENTITIES = Place(
    "Entities",
    "Entities",
    "entities",
    "entities",
    frozenset({"entities", "entity_matrix", "find_entity"}),
    keeps_context=True,
)
CASCADE = Place(
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
ALIGNMENT = Place(
    "Alignment",
    "Alignment",
    "alignment",
    "alignment",
    frozenset({"alignment"}),
    keeps_context=True,
)
ENTER = Place(
    "Enter actuals",
    "Enter",
    "enter",
    "entry_index",
    frozenset({"entry_index", "entry_sheet"}),
    begins_group=True,
    is_tab=True,
)
REVIEW = Place("Review", "Review", "review", "review", frozenset({"review"}))
PERIODS = Place("Periods", "Periods", "periods", "periods", frozenset({"periods", "period"}))
IMPORT = Place("Import", "Import", "import", "import", frozenset({"import", "import_upload"}))
EXPORT = Place("Export", "Export", "export", "export", frozenset({"export"}))
RUNS = Place("Runs", "Runs", "runs", "runs", frozenset({"runs"}), begins_group=True)
TRAIL = Place("Trail", "Trail", "trail", "trail", frozenset({"trail"}))
PEOPLE = Place(
    "People",
    "People",
    "people",
    "people",
    frozenset({"people", "person", "person_invitation"}),
)
SETTINGS = Place(
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


def places_of(user: Person, *, has_members: bool | None) -> list[Place]:
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
