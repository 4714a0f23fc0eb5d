"""The plan, its versions, and the nodes of the cascade with what their scores depend on."""

from django.db import models
from django.db.models import Q

from organisation.models import CODE_LENGTH, valid_code


class Plan(models.Model):
    """A strategy for a span of time."""

    class State(models.TextChoices):
        """Where the plan stands."""

        DRAFTED = "drafted", "Drafted"
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"

    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="active"), name="one_plan_is_active"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanVersion(models.Model):
    """The cascade as it is defined from one month on; also the lock for every edit of it."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    effective_from = models.DateField(null=True, blank=True)  # null: from the beginning
    edit_count = models.PositiveIntegerField(default=0)  # raised by each edit, held by its lock
    # Set once a period was closed under it: the next edit copies it, and this one stays.
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_is_numbered_once")
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class Node(models.Model):
    """The one identity of a thing in the cascade: an objective or a KPI."""

    class Kind(models.TextChoices):
        """What the node is."""

        OBJECTIVE = "objective", "Objective"
        KPI = "kpi", "KPI"

    code = models.CharField(max_length=CODE_LENGTH, unique=True, validators=[valid_code])
    kind = models.CharField(max_length=10, choices=Kind)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class NodeDefinition(models.Model):
    """What a node's score depends on, in one version of the plan."""

    class Aggregation(models.TextChoices):
        """How the scores of children become one."""

        ARITHMETIC = "arithmetic", "Weighted mean"
        GEOMETRIC = "geometric", "Weighted geometric mean"
        WEAKEST = "weakest", "Weakest child"

    class Direction(models.TextChoices):
        """Which way is better."""

        HIGHER = "higher", "Higher is better"
        LOWER = "lower", "Lower is better"
        BAND = "band", "Within a band"

    class TimeRollup(models.TextChoices):
        """How a longer period's value arises from the KPI's own periods."""

        SUM = "sum", "Sum"
        AVERAGE = "average", "Average"
        LAST = "last", "Last"
        FORMULA = "formula", "Formula"

    class EntityRollup(models.TextChoices):
        """How a group's value arises from its members'."""

        SUM = "sum", "Sum"
        AVERAGE = "average", "Average"
        FORMULA = "formula", "Formula"
        NONE = "none", "Entered only"

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="definitions")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="definitions")
    aggregation = models.CharField(
        max_length=10, choices=Aggregation, default=Aggregation.ARITHMETIC
    )
    # Blank for objectives; an empty entity roll-up is `formula` with a formula, else `none`.
    direction = models.CharField(max_length=10, choices=Direction, blank=True)
    time_rollup = models.CharField(max_length=10, choices=TimeRollup, blank=True)
    entity_rollup = models.CharField(max_length=10, choices=EntityRollup, blank=True)
    formula = models.TextField(blank=True, max_length=4000)

    class Meta:
        ordering = ["version", "node"]
        constraints = [
            models.UniqueConstraint(fields=["version", "node"], name="node_is_defined_once"),
        ]

    def __str__(self) -> str:
        return f"{self.node} in {self.version}"
