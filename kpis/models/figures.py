"""Targets, actuals with their revisions, and rates: what is given per period."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kpis.models.measures import KPI, ReportingPeriod
from organisation.models import DIGITS, PLACES, Entity, User


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
    path = models.CharField(max_length=20)  # form, import, api
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)  # null: the system
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["actual", "number"]
        constraints = [
            models.UniqueConstraint(fields=["actual", "number"], name="revision_is_numbered_once"),
        ]
        # Few of very many revisions wait for approval, and every page of finance counts them.
        indexes = [models.Index(fields=["status"], name="revision_status")]

    def __str__(self) -> str:
        return f"Revision {self.number} of {self.actual_id}"


class Review(models.Model):
    """What a reviewer decided of one submitted revision, and why."""

    class Decision(models.TextChoices):
        """What became of the figure."""

        APPROVED = "approved", "Approved"
        RETURNED = "returned", "Returned"

    revision = models.ForeignKey(ActualRevision, on_delete=models.PROTECT, related_name="reviews")
    decision = models.CharField(max_length=10, choices=Decision)
    why = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision="returned") | ~Q(why=""), name="return_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} {self.revision_id}"


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
