"""Plain functions that make the rows a test needs, with sensible defaults."""

from datetime import date
from decimal import Decimal

from kpis.models import (
    KPI,
    Actual,
    ActualRevision,
    Node,
    NodeDefinition,
    Plan,
    PlanVersion,
    ReportingPeriod,
    Target,
)
from kpis.services.actuals import record_figures
from kpis.services.figure_rules import FigureChange
from kpis.services.periods import ensure_periods
from kpis.services.versions import version_to_edit
from objectives.models import CascadeLink, Objective, Perspective
from organisation.models import (
    Department,
    Entity,
    FiscalCalendar,
    Membership,
    Organisation,
    User,
)
from organisation.services.recompute import request_recompute

Status = ActualRevision.Status


def make_organisation(*, first_month: int = 1, currency: str = "EUR") -> Organisation:
    """Make the one organisation with its calendar, plan, root entity GROUP and year 2026."""
    organisation = Organisation.objects.create(name="Alpine Tools", currency=currency)
    FiscalCalendar.objects.create(organisation=organisation, first_month=first_month)
    Entity.objects.create(code="GROUP", name="Group")
    plan = Plan.objects.create(name="Plan 2030")
    PlanVersion.objects.create(plan=plan, number=1)
    ensure_periods(first_on=date(2026, 1, 1), last_on=date(2026, 12, 31))
    return organisation


def current_version() -> PlanVersion:
    """Return the version of the plan that takes an edit; a frozen one is copied."""
    newest = PlanVersion.objects.latest("number")
    return newest if newest.frozen_at is None else version_to_edit(by=None, path="form")


def period(label: str) -> ReportingPeriod:
    """Return the period of a label."""
    return ReportingPeriod.objects.get(label=label)


def make_entity(code: str, *, parent: str = "GROUP", currency: str = "") -> Entity:
    """Make an entity beneath another."""
    return Entity.objects.create(
        code=code, name=code.title(), parent=Entity.objects.get(code=parent), currency=currency
    )


def make_department(code: str = "OPS", *, head: User | None = None) -> Department:
    """Make a department, or return it if it is there."""
    return Department.objects.get_or_create(
        code=code, defaults={"name": f"Department {code}", "head": head}
    )[0]


def make_person(
    email: str, role: str = "", *, department: str = "", entity: str = "", password: str = "pass"
) -> User:
    """Make a person, with one role and scope if a role is given."""
    user = User.objects.create_user(email, password, name=email.split("@", maxsplit=1)[0].title())
    if role:
        Membership.objects.create(
            user=user,
            role=role,
            department=make_department(department) if department else None,
            entity=Entity.objects.get(code=entity) if entity else None,
        )
    return user


def make_kpi(
    code: str,
    *,
    department: str = "OPS",
    direction: str = "higher",
    frequency: str = "quarterly",
    time_rollup: str = "sum",
    entity_rollup: str = "",
    formula: str = "",
    unit: str = "",
    entities: tuple[str, ...] = (),
) -> KPI:
    """Make a KPI with its node and its definition in the one version."""
    node = Node.objects.create(code=code, kind=Node.Kind.KPI)
    NodeDefinition.objects.create(
        version=current_version(),
        node=node,
        direction=direction,
        time_rollup=time_rollup,
        entity_rollup=entity_rollup,
        formula=formula,
    )
    kpi = KPI.objects.create(
        node=node,
        name=f"KPI {code}",
        category=KPI.Category.OPERATIONAL,
        department=make_department(department),
        frequency=frequency,
        unit=unit,
    )
    kpi.entities.set(Entity.objects.filter(code__in=entities))
    return kpi


def make_objective(code: str, *, aggregation: str = "arithmetic", financial: bool = False) -> Node:
    """Make an objective with its node and its definition in the one version."""
    node = Node.objects.create(code=code, kind=Node.Kind.OBJECTIVE)
    NodeDefinition.objects.create(version=current_version(), node=node, aggregation=aggregation)
    perspective = Perspective.objects.get_or_create(
        code="FIN" if financial else "OPS", defaults={"name": "P", "financial": financial}
    )[0]
    Objective.objects.create(node=node, name=f"Objective {code}", perspective=perspective)
    return node


def link(parent: Node, child: Node, weight: str = "1", kind: str = "contributes") -> CascadeLink:
    """Link a child beneath a parent."""
    return CascadeLink.objects.create(
        version=current_version(), parent=parent, child=child, weight=Decimal(weight), kind=kind
    )


def figure(
    kpi: KPI,
    label: str,
    value: str | None,
    *,
    entity: str = "GROUP",
    status: str = Status.APPROVED,
    comment: str = "",
    why: str = "",
    based_on: int | None = None,
) -> FigureChange:
    """State a figure of a KPI as a change."""
    return FigureChange(
        kpi=kpi,
        entity=Entity.objects.get(code=entity),
        period=period(label),
        value=None if value is None else Decimal(value),
        status=status,
        comment=comment,
        why=why,
        based_on=based_on,
    )


def record(*changes: FigureChange, by: User | None = None, path: str = "import") -> int:
    """Write figures as an import does, unless another path is given."""
    return record_figures(changes=changes, by=by, path=path)


def cell(kpi: KPI, label: str, *, entity: str = "GROUP") -> Actual:
    """Return the cell of a KPI, an entity and a period."""
    return Actual.objects.get(kpi=kpi, entity__code=entity, period__label=label)


def aim(
    kpi: KPI,
    label: str = "2026-Q1",
    *,
    entity: str = "GROUP",
    illustrative: bool = False,
    **cells: str,
) -> Target:
    """Set a target row (baseline, target, band_low, band_high, budget) and ask for its scores."""
    values: dict[str, Decimal] = {name: Decimal(value) for name, value in cells.items()}
    target = Target.objects.update_or_create(
        kpi=kpi,
        entity=Entity.objects.get(code=entity),
        period=period(label),
        defaults={**values, "illustrative": illustrative},
    )[0]
    request_recompute(
        kind="target", key=kpi.node.code, entity=entity, by=None, why="Targets changed"
    )
    return target
