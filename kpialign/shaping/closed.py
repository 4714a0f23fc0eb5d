"""Which lines of a grid take no change any more, because a period is closed."""

from kpialign.shaping.fiscal import Line
from kpis.models import ReportingPeriod
from kpis.selectors.closing import ClosedCells
from organisation.models import Entity


def closed_targets(entity: str, lines: list[Line]) -> frozenset[str]:
    """Name the periods whose targets may not change at an entity: they reach what is closed."""
    key = Entity.objects.values_list("pk", flat=True).get(code=entity)
    closed = ClosedCells([key])
    return frozenset(
        label for label, period in _keys(lines).items() if closed.holds_target(key, period)
    )


def closed_rates(lines: list[Line]) -> frozenset[str]:
    """Name the periods whose rates may not change: a group that consolidates is closed there."""
    closed = ClosedCells()
    return frozenset(label for label, period in _keys(lines).items() if closed.holds_rate(period))


def _keys(lines: list[Line]) -> dict[str, int]:
    labels = [line.label for line in lines]
    return dict(ReportingPeriod.objects.filter(label__in=labels).values_list("label", "pk"))
