"""One row of each sheet, typed: what files hold, what the database holds, and what is compared.

Codes, emails and period labels stand for the things they name; the fields stand in the order of
the columns.
"""

from decimal import Decimal
from typing import NamedTuple

from kpialign.interchange.figures import Figure


class SettingRow(NamedTuple):
    """One setting; its value is typed by its key."""

    key: str
    value: str | Decimal | int | None


class EntityRow(NamedTuple):
    """One entity; months by their labels."""

    code: str
    name: str
    parent: str
    currency: str
    active_from: str
    active_to: str


class DepartmentRow(NamedTuple):
    """One department with its head and its finance business partner."""

    code: str
    name: str
    head_email: str
    partner_email: str


class PersonRow(NamedTuple):
    """One role and scope of a person; without a role, the person alone."""

    email: str
    name: str
    role: str
    department: str
    entity: str


class PerspectiveRow(NamedTuple):
    """One perspective."""

    code: str
    name: str
    financial: bool


class ObjectiveRow(NamedTuple):
    """One objective."""

    code: str
    name: str
    description: str
    perspective: str
    department: str
    owner_email: str
    aggregation: str
    state: str


class KPIRow(NamedTuple):
    """One KPI."""

    code: str
    name: str
    description: str
    category: str
    department: str
    unit: str
    decimals: int | None
    direction: str
    frequency: str
    time_rollup: str
    entity_rollup: str
    entities: tuple[str, ...]
    formula: str
    aggregation: str
    owner_email: str
    tags: str
    state: str


class LinkRow(NamedTuple):
    """One link of the cascade."""

    parent: str
    child: str
    weight: Figure
    kind: str
    lag: int | None
    rationale: str


class TargetRow(NamedTuple):
    """One target row."""

    kpi: str
    entity: str
    period: str
    baseline: Figure
    target: Figure
    band_low: Figure
    band_high: Figure
    budget: Figure
    source: str
    illustrative: bool


class ActualRow(NamedTuple):
    """One figure; an empty status says that the file leaves it open."""

    kpi: str
    entity: str
    period: str
    value: Figure
    comment: str
    status: str
    source: str


class RateRow(NamedTuple):
    """One exchange rate: units of the organisation's currency for one of this."""

    currency: str
    period: str
    average: Figure
    closing: Figure
