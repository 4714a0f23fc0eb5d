"""Reopenings: two people, a reason, and one between any two closes of a period."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from dashboards.models import ScoreSnapshot
from kpialign.verifying.fault import Fault
from kpis.models import Reopening
from kpis.selectors.closing import Cell, closed_cells


def reopening_faults() -> Iterator[Fault]:
    """Look at each reopening, and that every period that opened again has one."""
    closed = closed_cells()
    for row in Reopening.objects.select_related("period", "entity").order_by("pk"):
        named = f"{row.period.label} {row.entity.code}"
        if not row.reason.strip():
            yield Fault("reopening_has_a_reason", named, "a reopening was asked for without one")
        if row.is_confirmed and row.settled_by_id in (None, row.asked_by_id):
            words = "was asked and confirmed by one person"
            yield Fault("reopening_takes_two_people", named, words)
        if row.is_confirmed and row.settled_at is None:
            yield Fault("reopening_is_settled", named, "is confirmed, and nothing says when")
        if row.settled_at is None and (row.entity_id, row.period_id) not in closed:
            yield Fault("reopening_is_of_a_close", named, "is asked for, and the period is open")
    yield from _between(closed)


def _between(closed: set[Cell]) -> Iterator[Fault]:
    """Look for a reopening after each close that was not the last word."""
    confirmed = _confirmed()
    closes: dict[Cell, list[datetime]] = defaultdict(list)
    names: dict[Cell, str] = {}
    rows = ScoreSnapshot.objects.order_by("number").values_list(
        "entity", "period", "entity__code", "period__label", "closed_at"
    )
    for entity, period, code, label, at in rows:
        closes[entity, period].append(at)
        names[entity, period] = f"{label} {code}"
    for cell, moments in sorted(closes.items()):
        for after, before in pairwise(moments):
            if not any(after < at <= before for at in confirmed[cell]):
                words = f"was closed again on {before:%Y-%m-%d}, and nobody reopened it before"
                yield Fault("reopening_is_on_record", names[cell], words)
        if cell not in closed and not any(at > moments[-1] for at in confirmed[cell]):
            words = "is open again, and nobody reopened it"
            yield Fault("reopening_is_on_record", names[cell], words)


def _confirmed() -> dict[Cell, list[datetime]]:
    """Give when each cell was reopened by two people."""
    found: dict[Cell, list[datetime]] = defaultdict(list)
    rows = Reopening.objects.filter(is_confirmed=True, settled_by__isnull=False)
    for entity, period, at, asked, settled in rows.values_list(
        "entity", "period", "settled_at", "asked_by", "settled_by"
    ):
        if at is not None and asked != settled:
            found[entity, period].append(at)
    return found
