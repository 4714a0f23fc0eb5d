"""What is wanted: perspectives, objectives, and the links of the cascade."""

from django.db import models
from django.db.models import F, Q

from kpis.models import Node, PlanVersion
from organisation.models import CODE_LENGTH, DIGITS, PLACES, Department, User, valid_code


class Perspective(models.Model):
    """A grouping of objectives: financial, customer, process, people, ESG..."""

    code = models.CharField(max_length=CODE_LENGTH, unique=True, validators=[valid_code])
    name = models.CharField(max_length=200)
    financial = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Objective(models.Model):
    """What the organisation wants; it leans on KPIs and on other objectives."""

    node = models.OneToOneField(
        Node, primary_key=True, on_delete=models.PROTECT, related_name="objective"
    )
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    perspective = models.ForeignKey(
        Perspective, null=True, blank=True, on_delete=models.PROTECT, related_name="objectives"
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="objectives"
    )
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="owned_objectives"
    )

    class Meta:
        ordering = ["node__code"]

    def __str__(self) -> str:
        return self.name


class CascadeLink(models.Model):
    """A child that serves a parent, with its weight, in one version of the plan."""

    class Kind(models.TextChoices):
        """Whether the link takes part in sums, or states a causal belief."""

        CONTRIBUTES = "contributes", "Contributes"
        DRIVES = "drives", "Drives"

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="links")
    parent = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="links_down")
    child = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="links_up")
    weight = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.CONTRIBUTES)
    lag = models.PositiveIntegerField(null=True, blank=True)  # in periods of the child
    rationale = models.TextField(blank=True)

    class Meta:
        ordering = ["version", "parent__code", "child__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "parent", "child"], name="pair_is_linked_once"
            ),
            models.CheckConstraint(condition=Q(weight__gt=0), name="weight_is_above_zero"),
            models.CheckConstraint(
                condition=~Q(parent=F("child")), name="node_is_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parent_id} <- {self.child_id}"
