"""Read earlier revisions of figures."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q

from kpis.models import ActualRevision
from kpis.rows import Cell


def seen_revisions(seen: Iterable[tuple[Cell, int]]) -> dict[str, ActualRevision]:
    """Return the revision of each cell that had this number, by the cell's key, in one query."""
    wanted = {
        (cell.newest.actual_id, number): cell.key for cell, number in seen if cell.newest and number
    }
    if not wanted:
        return {}
    chosen = reduce(or_, (Q(actual=actual, number=number) for actual, number in wanted))
    found = ActualRevision.objects.filter(chosen)
    return {wanted[row.actual_id, row.number]: row for row in found}
