"""What an entry sheet is made of: its cells, their groups, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from kpis.models import KPI, ActualRevision, PeriodState, ReportingPeriod, Review, Target
from organisation.models import Department, Entity


@dataclass(frozen=True)
class Purpose:
    """The names of the KPIs whose formulas use a KPI, and of the nearest objectives above it."""

    used_by: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One figure of the sheet: a KPI at an entity, with what it is compared with."""

    kpi: KPI
    entity: Entity
    counted: ActualRevision | None
    draft: ActualRevision | None
    target: Target | None
    last_year: Decimal | None
    last_period: Decimal | None
    can_enter: bool
    state: str
    currency: str
    is_band: bool
    returned: Review | None = None  # why finance sent the last figure back, until it comes anew

    @property
    def newest(self) -> ActualRevision | None:
        """The draft if there is one, else the figure that counts."""
        return self.draft or self.counted

    @property
    def value(self) -> Decimal | None:
        """The newest figure, whether it counts or not."""
        return self.newest.value if self.newest else None

    @property
    def comment(self) -> str:
        """What was said with the newest figure."""
        return self.newest.comment if self.newest else ""

    @property
    def is_missing(self) -> bool:
        """Whether neither a draft nor a counted figure is there."""
        return self.value is None

    @property
    def is_draft(self) -> bool:
        """Whether a draft waits to be submitted."""
        return self.draft is not None and not (self.is_missing and self.counted is None)

    @property
    def is_locked(self) -> bool:
        """Whether the period no longer takes figures at the entity."""
        return self.state != PeriodState.State.OPEN.label

    @property
    def key(self) -> str:
        """Name the cell's fields in the form."""
        return f"{self.kpi.pk}-{self.entity.pk}"


@dataclass(frozen=True)
class Group:
    """The cells of the KPIs that serve the same nearest objectives."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class EntrySheet:
    """A department's sheet for one period."""

    department: Department
    period: ReportingPeriod
    last_year: ReportingPeriod | None
    last_period: ReportingPeriod | None
    groups: tuple[Group, ...]
    purposes: Mapping[str, Purpose]
    # Where the period takes no figure: by whom and when it was put there; one row an entity.
    locks: tuple[PeriodState, ...] = ()
    within: Entity | None = None  # the one it is narrowed to, with those beneath it

    @property
    def query(self) -> str:
        """What its address says: the period, and the entity that it is narrowed to."""
        told = {"period": self.period.label} | ({"entity": self.within.code} if self.within else {})
        return urlencode(told)

    @property
    def returned_count(self) -> int:
        """How many figures finance has sent back."""
        return sum(cell.returned is not None for cell in self.cells)

    @property
    def is_locked(self) -> bool:
        """Whether no cell takes a figure, as the period is closed or in review everywhere."""
        return bool(self.cells) and all(cell.is_locked for cell in self.cells)

    @property
    def lock(self) -> PeriodState | None:
        """The latest change that locked the period for an entity of the sheet."""
        shown = {cell.entity.pk for cell in self.cells}
        locks = [one for one in self.locks if one.entity_id in shown]
        return max(locks, key=lambda one: one.changed_at, default=None)

    def lock_of(self, cell: Cell) -> PeriodState:
        """Return the change that locked the period for the entity of a locked cell."""
        return next(one for one in self.locks if one.entity_id == cell.entity.pk)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell, in the order shown."""
        return tuple(cell for group in self.groups for cell in group.cells)

    @property
    def missing_count(self) -> int:
        """How many cells have no figure yet."""
        return sum(cell.is_missing for cell in self.cells)

    @property
    def draft_count(self) -> int:
        """How many cells have a figure that is not submitted."""
        return sum(cell.is_draft and not cell.is_missing for cell in self.cells)

    @property
    def in_count(self) -> int:
        """How many cells are submitted or approved."""
        return len(self.cells) - self.missing_count - self.draft_count

    @property
    def has_entities(self) -> bool:
        """Whether figures of more than one entity stand in the sheet."""
        return len({cell.entity.pk for cell in self.cells}) > 1

    @property
    def column_count(self) -> int:
        """How many columns its table has."""
        return 8 if self.has_entities else 7

    @property
    def can_enter(self) -> bool:
        """Whether any cell takes a figure from this person now."""
        return any(cell.can_enter for cell in self.cells)


@dataclass(frozen=True)
class SheetDue:
    """A sheet that a department owes for a period, and how far it is."""

    department: Department
    period: ReportingPeriod
    cell_count: int
    missing_count: int
    draft_count: int
    # Of these, where the period still takes figures: what is closed or in review waits for nobody.
    missing_to_go: int
    drafts_to_go: int
    is_open: bool  # whether it takes any figure
    can_enter: bool

    @property
    def in_count(self) -> int:
        """How many figures are submitted or approved."""
        return self.cell_count - self.missing_count - self.draft_count

    @property
    def has_gap(self) -> bool:
        """Whether a figure that can be entered is missing or not submitted."""
        return bool(self.missing_to_go or self.drafts_to_go)
