"""What the database holds, as the rows of the sheets: for the difference and for the export."""

from datetime import date
from typing import Any

from kpialign.interchange import rows, settings_keys
from kpis.models import KPI, NodeDefinition, PlanVersion, Rate
from kpis.selectors.purpose import version_in_force
from objectives.models import CascadeLink, Objective, Perspective
from organisation.models import Department, Entity, Membership, Organisation, User

Key = Any  # the key columns of a row: one value, or a tuple of several


def _months(*days: date | None) -> list[str]:
    return [f"{day:%Y-%m}" if day else "" for day in days]


def _state(archived: object) -> str:
    return "archived" if archived else "active"


def settings() -> dict[Key, rows.SettingRow]:
    """Return the settings; none if there is no organisation yet."""
    organisation = Organisation.objects.select_related("calendar").first()
    version = version_in_force()
    if organisation is None:
        return {}
    held: dict[str, Any] = {
        "organisation": organisation.name,
        "fiscal_year_start": organisation.calendar.first_month,
        "plan": version.plan.name if version else settings_keys.DEFAULT_PLAN,
    }
    for key in settings_keys.SETTINGS:
        if hasattr(organisation, key):
            held[key] = getattr(organisation, key)
    for name, weight in organisation.component_weights.items():
        held[settings_keys.WEIGHT + name] = settings_keys.as_weight(weight)
    return {key: rows.SettingRow(key, held[key]) for key in settings_keys.SETTINGS if key in held}


def entities() -> dict[Key, rows.EntityRow]:
    """Return the entities, parents by their codes."""
    return {
        entity.code: rows.EntityRow(
            entity.code,
            entity.name,
            entity.parent.code if entity.parent else "",
            entity.currency,
            *_months(entity.active_from, entity.active_to),
        )
        for entity in Entity.objects.select_related("parent")
    }


def departments() -> dict[Key, rows.DepartmentRow]:
    """Return the departments with the addresses of head and partner."""
    return {
        one.code: rows.DepartmentRow(
            one.code,
            one.name,
            one.head.email if one.head else "",
            one.partner.email if one.partner else "",
        )
        for one in Department.objects.select_related("head", "partner")
    }


def people() -> dict[Key, rows.PersonRow]:
    """Return every role and scope, and for every person a row without a role."""
    found = {}
    for user in User.objects.all():
        found[user.email, "", "", ""] = rows.PersonRow(user.email, user.name, "", "", "")
    for held in Membership.objects.select_related("user", "department", "entity"):
        department = held.department.code if held.department else ""
        entity = held.entity.code if held.entity else ""
        key = (held.user.email, held.role, department, entity)
        found[key] = rows.PersonRow(held.user.email, held.user.name, held.role, department, entity)
    return found


def perspectives() -> dict[Key, rows.PerspectiveRow]:
    """Return the perspectives."""
    return {
        one.code: rows.PerspectiveRow(one.code, one.name, one.financial)
        for one in Perspective.objects.all()
    }


def _definitions(version: PlanVersion | None) -> dict[int, NodeDefinition]:
    return {one.node_id: one for one in NodeDefinition.objects.filter(version=version)}


def objectives() -> dict[Key, rows.ObjectiveRow]:
    """Return the objectives as the latest version of the plan has them."""
    defined = _definitions(version_in_force())
    found = Objective.objects.select_related("node", "perspective", "department", "owner")
    return {
        one.node.code: rows.ObjectiveRow(
            one.node.code,
            one.name,
            one.description,
            one.perspective.code if one.perspective else "",
            one.department.code if one.department else "",
            one.owner.email if one.owner else "",
            defined[one.pk].aggregation,
            _state(one.node.archived_at),
        )
        for one in found
        if one.pk in defined
    }


def kpis() -> dict[Key, rows.KPIRow]:
    """Return the KPIs as the latest version of the plan has them."""
    defined = _definitions(version_in_force())
    reported: dict[int, list[str]] = {}
    for kpi, code in KPI.objects.filter(entities__isnull=False).values_list("pk", "entities__code"):
        reported.setdefault(kpi, []).append(code)
    return {
        one.node.code: _kpi_row(one, defined[one.pk], tuple(sorted(reported.get(one.pk, ()))))
        for one in KPI.objects.select_related("node", "department", "owner")
        if one.pk in defined
    }


def _kpi_row(kpi: KPI, definition: NodeDefinition, entities: tuple[str, ...]) -> rows.KPIRow:
    return rows.KPIRow(
        code=kpi.node.code,
        name=kpi.name,
        description=kpi.description,
        category=kpi.category,
        department=kpi.department.code,
        unit=kpi.unit,
        decimals=kpi.decimals,
        direction=definition.direction,
        frequency=kpi.frequency,
        time_rollup=definition.time_rollup,
        entity_rollup=definition.entity_rollup,
        entities=entities,
        formula=definition.formula,
        aggregation=definition.aggregation,
        owner_email=kpi.owner.email if kpi.owner else "",
        tags=kpi.tags,
        state=_state(kpi.node.archived_at),
    )


def links() -> dict[Key, rows.LinkRow]:
    """Return the links of the latest version of the plan."""
    found = CascadeLink.objects.filter(version=version_in_force()).values_list(
        "parent__code", "child__code", "weight", "kind", "lag", "rationale"
    )
    return {row[:2]: rows.LinkRow(*row) for row in found}


def rates() -> dict[Key, rows.RateRow]:
    """Return the rates."""
    found = Rate.objects.values_list("currency", "period__label", "average", "closing")
    return {row[:2]: rows.RateRow(*row) for row in found.order_by("currency", "period__start_on")}
