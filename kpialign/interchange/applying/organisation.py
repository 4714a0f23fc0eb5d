"""Write settings, people, entities and departments."""

from typing import Any

from kpialign.interchange.applying.writing import BATCH, Writing
from kpialign.interchange.periods import first_day
from kpialign.interchange.rows import EntityRow
from kpialign.interchange.settings_keys import DEFAULT_PLAN, SETTINGS, WEIGHT
from kpis.models import Plan, PlanVersion
from kpis.selectors.purpose import version_in_force
from kpis.services.periods import realign_periods
from organisation.models import Department, Entity, FiscalCalendar, Membership, Organisation
from organisation.services.people import ensure_people
from organisation.services.roles import RoleGiven, give_roles

FIELDS = (
    "currency",
    "timezone",
    "on_track",
    "at_risk",
    "min_coverage",
    "kpis_per_objective",
    "kpis_per_department",
)


def write_organisation(writing: Writing) -> None:
    """Write who and what the organisation consists of."""
    _write_settings(writing)
    _write_people(writing)
    _write_entities(writing)
    _write_departments(writing)
    _write_roles(writing)


def _write_settings(writing: Writing) -> None:
    """Write the settings; the first import makes the organisation, its calendar and its plan."""
    version = version_in_force()
    if version is None:
        plan = Plan.objects.filter(state=Plan.State.ACTIVE).first() or Plan.objects.create(
            name=DEFAULT_PLAN
        )
        version = PlanVersion.objects.create(plan=plan, number=1)
    organisation = Organisation.objects.first() or Organisation()
    is_new = organisation.pk is None
    changes = writing.difference.sheets["settings"]
    if not is_new and not changes.entries:
        return
    values = {key: setting.default for key, setting in SETTINGS.items()}
    values |= {key: row.value for key, row in writing.proposal.final("settings").items()}
    organisation.name = str(values["organisation"])
    for field in FIELDS:
        setattr(organisation, field, values[field])
    organisation.component_weights = {
        key.removeprefix(WEIGHT): f"{row.value:f}"
        for key, row in writing.proposal.final("settings").items()
        if key.startswith(WEIGHT)
    }
    organisation.save()
    Plan.objects.filter(pk=version.plan_id).update(name=values["plan"])
    first = int(values["fiscal_year_start"])
    if is_new:
        FiscalCalendar.objects.create(organisation=organisation, first_month=first)
    elif organisation.calendar.first_month != first:
        realign_periods(first=first)
    writing.tell("settings", "setting")


def _write_people(writing: Writing) -> None:
    """Make the people that any sheet names, and give the names that the sheet `people` gives."""
    proposal, sheets = writing.proposal, writing.difference.sheets
    names: dict[str, str | None] = {}
    for sheet, columns in (
        ("departments", ("head_email", "partner_email")),
        ("objectives", ("owner_email",)),
        ("kpis", ("owner_email",)),
    ):
        for entry in sheets[sheet].entries:
            names.update({getattr(entry.new, column): None for column in columns})
    table = proposal.tables.get("people")
    for entry in sheets["people"].entries:
        email, name = entry.new.email, entry.new.name
        given = name if table is not None and "name" in table.present else None
        names[email] = names.get(email) or given
    names.pop("", None)
    writing.people = ensure_people(names=names, by=writing.by, path=writing.path)


def _write_entities(writing: Writing) -> None:
    """Write the entities, parents before children, so that there is never a second root."""
    final = writing.proposal.entities
    held = {entity.code: entity for entity in Entity.objects.all()}
    root = next((entity for entity in held.values() if entity.parent_id is None), None)
    for level in _levels({code: row for code, row in final.items() if code not in held}, set(held)):
        made = [_entity(Entity(code=row.code), row, held, root) for row in level]
        held |= {entity.code: entity for entity in Entity.objects.bulk_create(made, BATCH)}
    changed = {entry.new.code for entry in writing.difference.sheets["entities"].changed}
    new_root = writing.proposal.root
    if root is not None and root.code != new_root:
        changed.add(new_root)
    moved = [_entity(held[code], final[code], held, None) for code in sorted(changed)]
    # The root comes last: until the old one has gone beneath it, it must have a parent itself.
    fields = ["name", "currency", "parent", "active_from", "active_to"]
    for group in ([e for e in moved if e.parent], [e for e in moved if not e.parent]):
        Entity.objects.bulk_update(group, fields, batch_size=BATCH)
    writing.tell("entities", "entity")


def _levels(rows: dict[str, EntityRow], there: set[str]) -> list[list[EntityRow]]:
    """Put new entities into groups, each beneath entities of earlier groups or held ones."""
    groups: list[list[EntityRow]] = []
    left = dict(rows)
    while left:
        group = [row for row in left.values() if not row.parent or row.parent in there]
        groups.append(group)
        there |= {row.code for row in group}
        left = {code: row for code, row in left.items() if code not in there}
    return groups


def _entity(
    entity: Entity, row: EntityRow, held: dict[str, Entity], stand_in: Entity | None
) -> Entity:
    entity.name, entity.currency = row.name, row.currency
    entity.parent = held[row.parent] if row.parent else stand_in
    entity.active_from = first_day(row.active_from) if row.active_from else None
    entity.active_to = first_day(row.active_to) if row.active_to else None
    return entity


def _write_departments(writing: Writing) -> None:
    changes = writing.difference.sheets["departments"]
    rows = {entry.new.code: entry.new for entry in changes.entries}
    held = {one.code: one for one in Department.objects.filter(code__in=rows)}
    made = []
    for code, row in rows.items():
        department = held.get(code) or Department(code=code)
        fields: dict[str, Any] = {
            "name": row.name,
            "head_id": writing.person(row.head_email),
            "partner_id": writing.person(row.partner_email),
        }
        for field, value in fields.items():
            setattr(department, field, value)
        if code not in held:
            made.append(department)
    Department.objects.bulk_create(made, batch_size=BATCH)
    Department.objects.bulk_update(held.values(), ["name", "head", "partner"], batch_size=BATCH)
    writing.tell("departments", "department")


def _write_roles(writing: Writing) -> None:
    """Give the roles that are new; the service tells the trail of them."""
    departments = {one.code: one for one in Department.objects.all()}
    entities = {one.code: one for one in Entity.objects.all()}
    given = [
        RoleGiven(
            writing.people[entry.new.email],
            Membership.Role(entry.new.role),
            departments.get(entry.new.department),
            entities.get(entry.new.entity),
        )
        for entry in writing.difference.sheets["people"].added
        if entry.new.role
    ]
    give_roles(roles=given, by=writing.by, path=writing.path)
