"""The organisation, its calendar, entities and departments, and who has which role in them."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from organisation.models.people import User

CODE_LENGTH = 64
# A figure keeps 15 significant digits (docs/scoring.md, "Numbers"): what float64 and both
# databases hold.
DIGITS, PLACES = 33, 15
valid_code = RegexValidator(
    r"\A[A-Za-z0-9._-]{1,64}\Z", "A code has 1 to 64 of A-Z a-z 0-9 . - and _."
)


class Organisation(models.Model):
    """The one company that an installation serves, with its thresholds and limits."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    timezone = models.CharField(max_length=64, default="UTC")
    on_track = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, default=90)
    at_risk = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, default=70)
    min_coverage = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, default="0.5")
    kpis_per_objective = models.PositiveIntegerField(default=7)
    kpis_per_department = models.PositiveIntegerField(default=12)
    component_weights = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(only=True), name="organisation_is_one"),
        ]

    def __str__(self) -> str:
        return self.name


class FiscalCalendar(models.Model):
    """How the organisation divides time: the month in which its fiscal year begins."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="calendar"
    )
    first_month = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_month__gte=1, first_month__lte=12),
                name="fiscal_year_begins_with_a_month",
            ),
        ]

    def __str__(self) -> str:
        return f"Fiscal year from month {self.first_month}"


class Entity(models.Model):
    """A company, plant, region or business unit; entities form a tree that consolidates."""

    code = models.CharField(max_length=CODE_LENGTH, unique=True, validators=[valid_code])
    name = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    currency = models.CharField(max_length=3, blank=True)  # blank: the organisation's
    active_from = models.DateField(null=True, blank=True)  # the first day of its first month
    active_to = models.DateField(null=True, blank=True)  # the first day of its last month

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "entities"
        constraints = [
            models.UniqueConstraint(
                Coalesce("parent", 0),
                condition=Q(parent__isnull=True),
                name="entities_have_one_root",
            ),
            models.CheckConstraint(
                condition=Q(active_to__isnull=True)
                | Q(active_from__isnull=True)
                | Q(active_to__gte=models.F("active_from")),
                name="entity_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A function (Procurement, Operations, Sales...) that owns KPIs across entities."""

    code = models.CharField(max_length=CODE_LENGTH, unique=True, validators=[valid_code])
    name = models.CharField(max_length=200)
    head = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="headed_departments"
    )
    partner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="partnered_departments"
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One role of one person, within a department and an entity (none given: all)."""

    class Role(models.TextChoices):
        """What a person comes for."""

        EXECUTIVE = "executive", "Executive"
        DEPARTMENT_HEAD = "department_head", "Department head"
        FINANCE_ADMIN = "finance_admin", "Finance admin"
        AUDITOR = "auditor", "Auditor"
        SYSTEM_ADMIN = "system_admin", "System admin"
        VIEWER = "viewer", "Viewer"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT)
    entity = models.ForeignKey(Entity, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["user", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                "user",
                "role",
                Coalesce("department", 0),
                Coalesce("entity", 0),
                name="membership_is_given_once",
            ),
            models.CheckConstraint(
                condition=~Q(role="department_head") | Q(department__isnull=False),
                name="department_head_has_a_department",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
