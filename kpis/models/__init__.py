"""What is measured: plans, the nodes of the cascade, KPIs, periods, targets and actuals."""

from kpis.models.cascade import Node, NodeDefinition, Plan, PlanVersion
from kpis.models.figures import Actual, ActualRevision, Rate, Review, Target
from kpis.models.measures import KPI, PeriodState, Reopening, ReportingPeriod

__all__ = [
    "KPI",
    "Actual",
    "ActualRevision",
    "Node",
    "NodeDefinition",
    "PeriodState",
    "Plan",
    "PlanVersion",
    "Rate",
    "Reopening",
    "ReportingPeriod",
    "Review",
    "Target",
]
