"""What is measured: plans, the nodes of the cascade, KPIs, periods, targets and actuals."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from organisation.models import CODE_LENGTH, DIGITS, PLACES, Department, Entity, User, valid_code


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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "entity"], name="period_has_one_state"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.entity}: {self.get_state_display()}"


class Target(models.Model):
    """What is wanted of a KPI at an entity in a period: target or band, baseline, budget."""

    kpi = models.ForeignKey(KPI, on_delete=models.PROTECT, related_name="targets")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="targets")
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="targets")
    baseline = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True)
    target = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True)
    band_low = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True)
    band_high = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True)
    budget = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True)
    source = models.CharField(max_length=500, blank=True)
    illustrative = models.BooleanField(default=False)

    class Meta:
        ordering = ["kpi", "entity", "period"]
        constraints = [
            models.UniqueConstraint(fields=["kpi", "entity", "period"], name="target_is_set_once"),
        ]

    def __str__(self) -> str:
        return f"Target of {self.kpi_id} {self.period_id}"


class Actual(models.Model):
    """The cell of a KPI, entity and period, whose revisions hold the figures typed into it."""

    kpi = models.ForeignKey(KPI, on_delete=models.PROTECT, related_name="actuals")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="actuals")
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="actuals")
    # The latest submitted or approved revision, and the draft beside it, kept by
    # kpis.services.actuals alone.
    counted = models.OneToOneField(
        "ActualRevision", null=True, on_delete=models.PROTECT, related_name="counted_by"
    )
    draft = models.OneToOneField(
        "ActualRevision", null=True, on_delete=models.PROTECT, related_name="drafted_by"
    )

    class Meta:
        ordering = ["kpi", "entity", "period"]
        constraints = [
            models.UniqueConstraint(fields=["kpi", "entity", "period"], name="actual_is_one_cell"),
        ]

    def __str__(self) -> str:
        return f"Actual of {self.kpi_id} {self.period_id}"


class ActualRevision(models.Model):
    """One save of a figure: never changed but for its status; empty means no figure."""

    class Status(models.TextChoices):
        """Whether the figure counts."""

        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        APPROVED = "approved", "Approved"

    actual = models.ForeignKey(Actual, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    value = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    status = models.CharField(max_length=10, choices=Status)
    comment = models.TextField(blank=True)
    source = models.CharField(max_length=500, blank=True)
    why = models.TextField(blank=True)
    path = models.CharField(max_length=20)  # form, import
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)  # null: the system
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["actual", "number"]
        constraints = [
            models.UniqueConstraint(fields=["actual", "number"], name="revision_is_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"Revision {self.number} of {self.actual_id}"


class Rate(models.Model):
    """Units of the organisation's currency for one unit of a currency, in a period."""

    currency = models.CharField(max_length=3)
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="rates")
    average = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)
    closing = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)

    class Meta:
        ordering = ["currency", "period"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "period"], name="rate_is_set_once"),
            models.CheckConstraint(
                condition=Q(average__gt=0, closing__gt=0), name="rate_is_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.period_id}"
