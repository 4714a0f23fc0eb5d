"""Find the cells that a program names, within the scope of the person it acts for."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from rest_framework.exceptions import NotFound

from kpialign.api.refusals import FieldsRefusedError
from kpialign.errors import RefusedError
from kpialign.interchange.figures import to_fifteen_digits
from kpialign.interchange.periods import span_of
from kpialign.interchange.problems import CellError
from kpis.models import KPI, Actual, NodeDefinition, ReportingPeriod
from kpis.selectors.periods import FREQUENCY_OF_KIND, KIND_OF_FREQUENCY
from kpis.selectors.purpose import version_in_force
from kpis.services.figure_rules import CellKey
from kpis.services.periods import ensure_periods, first_month
from organisation.models import Entity, User
from organisation.permissions import can_enter_actuals

Sent = Mapping[str, Any]
Place = tuple[KPI, Entity, ReportingPeriod]
A_YEAR = timedelta(days=366)


class ArchivedKPIError(RefusedError):
    """An archived KPI takes no figures."""


class Cells:
    """The KPIs, entities and periods of the rows that were sent, read once for all of them."""

    def __init__(self, user: User, rows: Sequence[Sent]) -> None:
        """Read what the rows name."""
        self.user = user
        codes = {row["kpi"] for row in rows}
        kpis = KPI.objects.filter(node__code__in=codes).select_related("node", "department")
        self.kpis = {kpi.node.code: kpi for kpi in kpis}
        self.entities = {one.code: one for one in Entity.objects.all()}
        self.root = next((one for one in self.entities.values() if one.parent_id is None), None)
        definitions = NodeDefinition.objects.filter(
            version=version_in_force(), node__code__in=codes
        ).exclude(formula="")
        self.calculated = set(definitions.values_list("node", flat=True))
        self.periods = self._periods({row["period"] for row in rows})

    def place(self, row: Sent) -> Place:
        """Return the cell of a row; one outside the person's scope is as absent as none."""
        kpi = self.kpis.get(row["kpi"])
        entity = self.entities.get(row["entity"]) if row.get("entity") else self.root
        if (
            kpi is None
            or entity is None
            or not can_enter_actuals(self.user, kpi.department, entity)
        ):
            named = f"“{row['kpi']}” at “{row.get('entity') or getattr(self.root, 'code', '')}”"
            raise NotFound(f"There is no figure of {named} for you to enter.")
        if kpi.node.archived_at is not None:
            raise ArchivedKPIError(f"{kpi.node.code} is archived: it takes no figures.")
        period = self.periods.get(row["period"])
        wrong = self._wrong(kpi, entity, row["period"], period) | _unfit(row["value"])
        if wrong or period is None:
            raise FieldsRefusedError(wrong)
        return kpi, entity, period

    def _wrong(
        self, kpi: KPI, entity: Entity, label: str, period: ReportingPeriod | None
    ) -> dict[str, list[str]]:
        """Say what keeps a figure from standing in the cell."""
        code = kpi.node.code
        if kpi.pk in self.calculated:
            return {"kpi": [f"{code} is calculated by a formula; accepted: entered KPIs."]}
        if period is None:
            return {"period": [f"{label} is not in the calendar; accepted: periods that are."]}
        if FREQUENCY_OF_KIND[ReportingPeriod.Kind(period.kind)] != kpi.frequency:
            length = KIND_OF_FREQUENCY[kpi.frequency].label.lower()
            told = f"{label} is not the length in which {code} is measured; accepted: a {length}."
            return {"period": [told]}
        if not _is_active(entity, period):
            told = f"{entity.code} is not active in {label}; accepted: entities while they are."
            return {"entity": [told]}
        return {}

    @staticmethod
    def _periods(labels: set[str]) -> dict[str, ReportingPeriod]:
        """Read the periods; those of the fiscal year that comes next are made if need be."""
        found = {one.label: one for one in ReportingPeriod.objects.filter(label__in=labels)}
        last = ReportingPeriod.objects.filter(kind="year").order_by("-start_on").first()
        for label in labels - found.keys() if last else ():
            day = _first_day(label)
            if last and day and last.end_on < day <= last.end_on + A_YEAR:
                ensure_periods(first_on=day, last_on=day)
                found[label] = ReportingPeriod.objects.get(label=label)
        return found


def kept(value: Decimal | None) -> Decimal | None:
    """Round a figure to the digits that are kept; raise CellError if it cannot be."""
    return None if value is None else to_fifteen_digits(value)


def _unfit(value: Decimal | None) -> dict[str, list[str]]:
    try:
        kept(value)
    except CellError as error:
        return {"value": [f"{error.wrong}; accepted: {error.accepted}."]}
    return {}


def _first_day(label: str) -> date | None:
    months = span_of(label, first_month()).first
    try:
        return date(months // 12, months % 12 + 1, 1)
    except ValueError:
        return None


def _is_active(entity: Entity, period: ReportingPeriod) -> bool:
    """Tell whether the entity is active in any month of the period."""
    starts_later = entity.active_from is not None and entity.active_from > period.end_on
    has_ended = entity.active_to is not None and entity.active_to < period.start_on
    return not starts_later and not has_ended


def held_cells(places: Sequence[Place]) -> dict[CellKey, Actual]:
    """Read what the cells hold."""
    held = Actual.objects.filter(
        kpi__in={kpi.pk for kpi, _, _ in places}, period__in={period.pk for _, _, period in places}
    ).select_related("counted", "draft")
    return {(cell.kpi_id, cell.entity_id, cell.period_id): cell for cell in held}
