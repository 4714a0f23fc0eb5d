"""What every app writes beside its changes: the trail, and what must be recomputed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from organisation.models.company import CODE_LENGTH
from organisation.models.people import User


class AuditEntry(models.Model):
    """One money-relevant write: who, what, when, from, to, why, by which path."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT)  # null: the system
    path = models.CharField(max_length=20)  # form, import, api, command, task
    action = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["subject_kind", "subject_key"], name="audit_subject"),
            models.Index(fields=["action", "id"], name="audit_action"),
        ]

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
