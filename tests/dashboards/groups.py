"""Groups to look at on pages: the example of the scoring paper, and one with two currencies."""

from decimal import Decimal

from dashboards.services.refresh import refresh_scores
from kpis.models import KPI, Rate, Target
from organisation.models import Entity
from tests.factories import (
    figure,
    link,
    make_entity,
    make_kpi,
    make_objective,
    make_organisation,
    period,
    record,
)

RECEIVABLES = {"A": "100", "B": "400"}
REVENUE = {"A": "300", "B": "600"}


def make_group(*, currency_of_b: str = "") -> None:
    """Make A and B beneath the group, their receivables and revenue, and the days they wait."""
    make_organisation()
    make_entity("A")
    make_entity("B", currency=currency_of_b)
    make_kpi("RECEIVABLES", time_rollup="last", entity_rollup="sum", unit="money")
    make_kpi("REVENUE", time_rollup="sum", entity_rollup="sum", unit="money")
    days = make_kpi(
        "DSO",
        direction="lower",
        time_rollup="formula",
        formula="[RECEIVABLES] / [REVENUE] * days()",
        unit="days",
    )
    link(make_objective("CASH"), days.node)
    KPI.objects.update(decimals=0)


def enter(code: str, label: str = "2026-Q1", **figures: str) -> None:
    """Record a KPI's figures by entity, and calculate the scores."""
    kpi = KPI.objects.get(node__code=code)
    record(*(figure(kpi, label, value, entity=place) for place, value in figures.items()))
    refresh_scores(path="task", full=True)


def set_rate(currency: str, label: str, average: str, closing: str) -> None:
    """Give the rates of a currency in a period."""
    Rate.objects.create(
        currency=currency,
        period=period(label),
        average=Decimal(average),
        closing=Decimal(closing),
    )


def rename(code: str, name: str) -> None:
    """Give an entity a name."""
    Entity.objects.filter(code=code).update(name=name)


def aim_everywhere(code: str, label: str = "2026-Q1", **targets: str) -> None:
    """Set a KPI's target at several entities."""
    for place, target in targets.items():
        Target.objects.create(
            kpi=KPI.objects.get(node__code=code),
            entity=Entity.objects.get(code=place),
            period=period(label),
            target=Decimal(target),
        )
