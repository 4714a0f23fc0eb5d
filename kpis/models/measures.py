"""What is measured, and the periods in which it is."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kpis.models.cascade import Node
from organisation.models import Department, Entity, User


class KPI(models.Model):
    """Something measured, owned by one department."""

    class Category(models.TextChoices):
        """What kind of performance it tells of."""

        FINANCIAL = "financial", "Financial"
        OPERATIONAL = "operational", "Operational"
        CUSTOMER = "customer", "Customer"
        PEOPLE = "people", "People"
        ESG = "esg", "ESG"
        RISK = "risk", "Risk"

    class Frequency(models.TextChoices):
        """How often it is measured."""

        MONTHLY = "monthly", "Monthly"
        QUARTERLY = "quarterly", "Quarterly"
        ANNUAL = "annual", "Annual"

    node = models.OneToOneField(
        Node, primary_key=True, on_delete=models.PROTECT, related_name="kpi"
    )
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=12, choices=Category)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="kpis")
    unit = models.CharField(max_length=40, blank=True)
    decimals = models.PositiveSmallIntegerField(null=True, blank=True)
    frequency = models.CharField(max_length=10, choices=Frequency)
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="owned_kpis"
    )
    tags = models.CharField(max_length=500, blank=True)
    # Where it is reported; an empty list is read each time from its targets and actuals.
    entities = models.ManyToManyField(Entity, blank=True, related_name="reported_kpis")

    class Meta:
        ordering = ["node__code"]
        verbose_name = "KPI"

    def __str__(self) -> str:
        return self.name


class ReportingPeriod(models.Model):
    """A month, quarter or fiscal year of the organisation's calendar."""

    class Kind(models.TextChoices):
        """How long it is."""

        MONTH = "month", "Month"
        QUARTER = "quarter", "Quarter"
        YEAR = "year", "Fiscal year"

    kind = models.CharField(max_length=10, choices=Kind)
    label = models.CharField(max_length=10, unique=True)
    start_on = models.DateField()
    end_on = models.DateField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="inner")

    class Meta:
        ordering = ["start_on", "-end_on"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "start_on"], name="period_starts_once"),
            models.CheckConstraint(
                condition=Q(end_on__gt=F("start_on")), name="period_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class PeriodState(models.Model):
    """Whether an entity's period still takes figures; without a row it is open."""

    class State(models.TextChoices):
        """Who may still change a figure."""

        OPEN = "open", "Open"
        IN_REVIEW = "in_review", "In review"
        CLOSED = "closed", "Closed"

    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="states")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="period_states")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField(blank=True)  # of a close with gaps, or of a reopening

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "entity"], name="period_has_one_state"),
        ]
        indexes = [
            models.Index(
                fields=["entity", "period"], condition=Q(state="closed"), name="period_closed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.entity}: {self.get_state_display()}"


class Reopening(models.Model):
    """A request to reopen a closed period of an entity; a second person confirms it."""

    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="reopenings")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="reopenings")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField()
    # Either a second person confirms it, or somebody withdraws it; until then it waits.
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    is_confirmed = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "entity"],
                condition=Q(settled_at=None),
                name="reopening_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(is_confirmed=False) | ~Q(settled_by=F("asked_by")),
                name="reopening_takes_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"Reopening of {self.period} {self.entity}"
