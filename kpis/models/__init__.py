"""What is measured: plans, the nodes of the cascade, KPIs, periods, targets and actuals."""

from kpis.models.cascade import Node, NodeDefinition, Plan, PlanVersion
from kpis.models.figures import Actual, ActualRevision, Rate, Target
from kpis.models.measures import KPI, PeriodState, ReportingPeriod

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
    "ReportingPeriod",
    "Target",
]
