"""The order of a comparison, as its address says it: sorted, and some rows at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from organisation.models import Entity

PER_PAGE = 25
Key = Callable[[Entity], float]


@dataclass(frozen=True)
class Asked:
    """What an address asks for: a column, `-` before it for the largest first, and a page."""

    sort: str = ""
    page: int = 1


@dataclass(frozen=True)
class Ordered:
    """The entities of one page, and where it lies among all of them."""

    entities: Sequence[Entity]
    sort: str
    page: int
    page_count: int
    count: int

    @property
    def first(self) -> int:
        """The place of the first row shown, counted from 1."""
        return (self.page - 1) * PER_PAGE + 1 if self.count else 0

    @property
    def last(self) -> int:
        """The place of the last row shown."""
        return min(self.page * PER_PAGE, self.count)

    @property
    def earlier(self) -> int:
        """The page before; 0: none."""
        return self.page - 1

    @property
    def later(self) -> int:
        """The page after; 0: none."""
        return self.page + 1 if self.page < self.page_count else 0


def ordered(
    entities: Sequence[Entity], asked: Asked, keys: Mapping[str, Key], *, usual: str
) -> Ordered:
    """Sort by a column, unknown ones last, equal ones by name; give the page asked for."""
    sort = asked.sort if asked.sort.lstrip("-") in {*keys, "name"} else usual
    column, falls = sort.lstrip("-"), sort.startswith("-")
    rows = sorted(entities, key=lambda one: (one.name, one.code))
    if column == "name":
        rows = rows[::-1] if falls else rows
    else:
        key = keys[column]
        rows.sort(key=lambda one: _place(key(one), falls=falls))
    page_count = max(1, -(-len(rows) // PER_PAGE))
    page = min(max(1, asked.page), page_count)
    shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    return Ordered(shown, sort, page, page_count, len(rows))


def _place(value: float, *, falls: bool) -> tuple[bool, float]:
    if isnan(value):
        return True, 0.0
    return False, -value if falls else value
