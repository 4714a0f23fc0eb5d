"""What the list of figures to review is made of: its rows, and why one deserves a look."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kpis.models import KPI, ActualRevision, ReportingPeriod, Target
from kpis.number_reading import typed
from organisation.models import Department, Entity

MINUS = "\u2212"
UNKNOWN = "\u2013"
LEAST_HISTORY = 3  # figures before a range says anything
MANIFOLD = 10
LARGEST_SHARE = 999


def written(value: Decimal | None, *, signed: bool = False) -> str:
    """Write a figure with all its digits and a true minus.

    >>> written(Decimal("1200.50")), written(Decimal(3), signed=True)
    ('1,200.5', '+3')
    """
    if value is None:
        return UNKNOWN
    text = typed(abs(value))
    if value < 0:
        return MINUS + text
    return f"+{text}" if signed and value > 0 else text


@dataclass(frozen=True)
class ReviewRow:
    """One submitted figure with what it is compared with."""

    revision: ActualRevision
    kpi: KPI
    entity: Entity
    period: ReportingPeriod
    unit: str
    last: Decimal | None
    last_year: Decimal | None
    target: Target | None
    is_band: bool
    earlier: Sequence[Decimal]
    is_own: bool
    may_review: bool
    has_draft: bool

    @property
    def value(self) -> str:
        """The figure; a dash says that it was taken away."""
        return written(self.revision.value)

    @property
    def change(self) -> str:
        """How the figure differs from the last one, with its sign."""
        value, last = self.revision.value, self.last
        if value is None or last is None:
            return UNKNOWN
        told = written(value - last, signed=True)
        return f"{told} pp" if "%" in self.unit else told

    @property
    def share(self) -> str:
        """The same as a share of the last one, where that says something."""
        value, last = self.revision.value, self.last
        if value is None or last is None or last <= 0 or "%" in self.unit:
            return ""
        return _share(value, last)

    @property
    def target_told(self) -> str:
        """The target or its band."""
        if self.target is None:
            return UNKNOWN
        if self.is_band:
            return f"{written(self.target.band_low)} to {written(self.target.band_high)}"
        return written(self.target.target)

    @property
    def surprise(self) -> str:
        """Why the figure deserves a look: it lies outside its own history; empty if it does not."""
        value = self.revision.value
        if value is None:
            return "The figure was taken away"
        if len(self.earlier) < LEAST_HISTORY:
            return ""
        low, high = min(self.earlier), max(self.earlier)
        if low <= value <= high:
            return ""
        return f"{_outside(value, self.last, low, high)}: so far {written(low)} to {written(high)}"

    @property
    def can_decide(self) -> bool:
        """Whether the person may approve or return this figure."""
        return self.may_review and not self.is_own


def _outside(value: Decimal, last: Decimal | None, low: Decimal, high: Decimal) -> str:
    """Say how a figure lies outside its history."""
    if value < 0 < low or value > 0 > high:
        return "Other sign than ever"
    if last and abs(value) >= MANIFOLD * abs(last):
        return f"{MANIFOLD} times the last figure or more"
    if last and MANIFOLD * abs(value) <= abs(last):
        return "A tenth of the last figure or less"
    return "Outside its history"


def _share(value: Decimal, last: Decimal) -> str:
    share = (value - last) / last * 100
    if abs(share) > LARGEST_SHARE:
        return f"> {LARGEST_SHARE}\u00a0%" if share > 0 else f"< {MINUS}{LARGEST_SHARE}\u00a0%"
    return f"{written(round(share, 1), signed=True)}\u00a0%"


@dataclass(frozen=True)
class ReviewGroup:
    """The rows of one department and period."""

    department: Department
    period: ReportingPeriod
    rows: tuple[ReviewRow, ...]


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; None is everything."""

    period: ReportingPeriod | None = None
    department: Department | None = None
    entity: Entity | None = None

    @property
    def query(self) -> dict[str, str]:
        """Say the filters as an address does; what is not narrowed stays out."""
        said = {
            "period": self.period.label if self.period else "",
            "department": self.department.code if self.department else "",
            "entity": self.entity.code if self.entity else "",
        }
        return {name: value for name, value in said.items() if value}
