"""Who: the organisation, its entities, departments and people, and the trail of their writes."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.crypto import salted_hmac

CODE_LENGTH = 64
# A figure keeps 15 significant digits (docs/scoring.md, "Numbers"): what float64 and both
# databases hold.
DIGITS, PLACES = 33, 15
valid_code = RegexValidator(
    r"\A[A-Za-z0-9._-]{1,64}\Z", "A code has 1 to 64 of A-Z a-z 0-9 . - and _."
)


class UserManager(BaseUserManager["User"]):
    """Create people by their email address."""

    def create_user(self, email: str, password: str | None = None, **fields: str | bool) -> "User":
        """Create a person; without a password they cannot sign in until they choose one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in with an email address; rights come from memberships alone."""

    email = models.EmailField(unique=True, max_length=254)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    access_number = models.PositiveIntegerField(default=0)  # raised when roles or state change

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["email"]

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind a session to the password and the access it began with: either change ends it."""
        sealed = f"{self.access_number}:{self.password}"
        return salted_hmac("organisation.User", sealed, secret, algorithm="sha256").hexdigest()


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


class AuditEntry(models.Model):
    """One money-relevant write: who, what, when, from, to, why, by which path."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT)  # null: the system
    path = models.CharField(max_length=20)  # form, import, command, task
    action = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["subject_kind", "subject_key"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_kind} {self.subject_key}"


class RecomputeRequest(models.Model):
    """A change whose scores must be computed again; committed together with the change."""

    class Kind(models.TextChoices):
        """What changed."""

        ACTUAL = "actual", "an actual"
        TARGET = "target", "a target"
        NODE = "node", "a definition or link"
        ALL = "all", "everything"

    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=CODE_LENGTH, blank=True)  # the node's code
    entity_key = models.CharField(max_length=CODE_LENGTH, blank=True)  # the entity's code
    requested_at = models.DateTimeField(default=timezone.now)
    requested_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    why = models.TextField(blank=True)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["id"], condition=Q(handled_at=None), name="recompute_outstanding")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key} {self.entity_key}".strip()
