"""One objective over two KPIs with targets and figures, as most tests of scores need it."""

from dataclasses import dataclass

from dashboards.models import ScoreBlock
from dashboards.selectors.scores import NodeScore, score_table
from kpis.models import KPI, Node
from organisation.models import Entity
from tests import factories
from tests.factories import (
    figure,
    link,
    make_kpi,
    make_objective,
    make_organisation,
    period,
    record,
)

Stored = dict[tuple[int, int, int], bytes]


@dataclass(frozen=True)
class Cascade:
    """Speed stands over on-time delivery (weight 3) and lead time (weight 1), both of 2026-Q1."""

    speed: Node
    delivery: KPI
    lead_time: KPI


def make_cascade() -> Cascade:
    """Make the cascade: delivery 80 of 100, lead time 40 of 100."""
    make_organisation()
    speed = make_objective("SPEED")
    delivery, lead_time = make_kpi("DELIVERY"), make_kpi("LEAD-TIME")
    link(speed, delivery.node, "3")
    link(speed, lead_time.node, "1")
    aim(delivery, "100")
    aim(lead_time, "100")
    record(figure(delivery, "2026-Q1", "80"), figure(lead_time, "2026-Q1", "40"))
    return Cascade(speed, delivery, lead_time)


def aim(kpi: KPI, target: str, label: str = "2026-Q1", entity: str = "GROUP") -> None:
    """Set a target, with a baseline of 0."""
    factories.aim(kpi, label, entity=entity, baseline="0", target=target)


def stored(code: str, label: str = "2026-Q1", entity: str = "GROUP") -> NodeScore:
    """Return what is stored of a node."""
    table = score_table(Entity.objects.get(code=entity), [period(label)])
    return table.at(code, period(label).pk)


def stored_bytes() -> Stored:
    """Return the bytes of every block."""
    rows = ScoreBlock.objects.values_list("entity", "period", "number", "data")
    return {(entity, period, number): bytes(data) for entity, period, number, data in rows}
