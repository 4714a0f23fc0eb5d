"""Stored scores, and the runs and the worker that keep them up to date."""

from django.db import models
from django.utils import timezone

from kpis.models import Node, ReportingPeriod
from organisation.models import Entity


class NodeSlot(models.Model):
    """The place of a node in the blocks of stored scores."""

    node = models.OneToOneField(
        Node, primary_key=True, on_delete=models.CASCADE, related_name="slot"
    )
    slot = models.PositiveIntegerField(unique=True)

    class Meta:
        ordering = ["slot"]

    def __str__(self) -> str:
        return f"{self.node_id} at {self.slot}"


class ScoreBlock(models.Model):
    """Scores of up to 256 nodes at one entity and period; only dashboards.blocks reads it."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="score_blocks")
    period = models.ForeignKey(
        ReportingPeriod, on_delete=models.CASCADE, related_name="score_blocks"
    )
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "period", "number"], name="score_block_is_stored_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Block {self.number} of {self.entity_id} {self.period_id}"


class RecomputeRun(models.Model):
    """One recompute of scores: when, why, how much, how long, and its error if it failed."""

    class State(models.TextChoices):
        """How the run stands."""

        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        ABANDONED = "abandoned", "Abandoned"

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    by_path = models.CharField(max_length=20)  # task, command
    why = models.TextField(blank=True)
    is_full = models.BooleanField(default=False)
    request_count = models.PositiveIntegerField(default=0)
    node_count = models.PositiveIntegerField(default=0)
    changed_block_count = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Run {self.pk}: {self.get_state_display()}"


class RecomputeLease(models.Model):
    """The right to write scores, held by one run at a time; its number fences off late writers."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    number = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)  # null: free
    # What the stored scores were computed over, as ordinal days; a changed span recomputes all.
    span_start = models.IntegerField(null=True)
    span_end = models.IntegerField(null=True)
    block_format = models.PositiveSmallIntegerField(default=0)  # another one is rebuilt
    refreshed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Lease {self.number}"


class WorkerHeartbeat(models.Model):
    """When the worker and the beat were last seen alive."""

    name = models.CharField(max_length=20, unique=True)  # worker, beat
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"
