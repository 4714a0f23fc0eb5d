"""A small strategy as pages show it: two objectives beneath one, two departments, a formula."""

from dataclasses import dataclass

from dashboards.services.refresh import refresh_scores
from kpis.models import KPI, Node
from tests.factories import (
    aim,
    figure,
    link,
    make_kpi,
    make_objective,
    make_organisation,
    record,
)

LABELS = ["2026-Q1", "2026-Q2"]


@dataclass(frozen=True)
class Strategy:
    """Value (top) over growth (weight 1) and cash (weight 3); cash over the cycle and cover."""

    value: Node
    growth: Node
    cash: Node
    orders: KPI
    cycle: KPI
    cover: KPI
    stock: KPI
    payables: KPI


def make_strategy() -> Strategy:
    """Make it with scores of the first quarter: orders 95, cycle 40, cover unknown."""
    make_organisation()
    value, growth, cash = (make_objective(code) for code in ("VALUE", "GROWTH", "CASH"))
    orders = make_kpi("ORDERS", department="SALES", unit="%")
    stock, payables = make_kpi("STOCK", unit="days"), make_kpi("PAYABLES", unit="days")
    cycle = make_kpi(
        "CYCLE",
        unit="days",
        direction="lower",
        time_rollup="formula",
        formula="[STOCK] - [PAYABLES]",
    )
    cover = make_kpi("COVER", direction="band")
    link(value, growth, "1")
    link(value, cash, "3")
    link(growth, orders.node)
    link(cash, cycle.node, "3")
    link(cash, cover.node, "1")
    link(cycle.node, stock.node)
    aim(orders, baseline="0", target="100", illustrative=True)
    aim(cycle, baseline="100", target="50")
    aim(cover, band_low="10", band_high="20")
    aim(stock, baseline="160", target="100", label="2026-Q2")
    record(
        figure(orders, "2026-Q1", "95"),
        figure(stock, "2026-Q1", "120"),
        figure(payables, "2026-Q1", "40"),
    )
    refresh_scores(path="task", full=True)
    return Strategy(value, growth, cash, orders, cycle, cover, stock, payables)
