"""Stored scores, and the runs and the worker that keep them up to date."""

from django.db import models
from django.utils import timezone

from kpis.models import Node, PlanVersion, ReportingPeriod
from organisation.models import Entity, User


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


class FrozenPart(models.Model):
    """Bytes that snapshots share, stored once under their SHA-256; never changed."""

    digest = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.digest[:12]


class ScoreSnapshot(models.Model):
    """The scores of one entity as they stood when a period was closed; never changed.

    `inputs` is everything these scores depend on, as dashboards.frozen packs it; `nodes` tells
    by JSON of each slot of the blocks whose it is: [slot, code, department, whether archived].
    `digest` is the SHA-256 over it all.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="snapshots")
    period = models.ForeignKey(ReportingPeriod, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveIntegerField()  # 1 for the first close of this entity and period
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="snapshots")
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField(blank=True)  # of a close with gaps
    on_track = models.FloatField()
    at_risk = models.FloatField()
    min_coverage = models.FloatField()
    nodes = models.ForeignKey(FrozenPart, on_delete=models.PROTECT, related_name="+")
    inputs = models.ForeignKey(FrozenPart, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["entity", "period", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "period", "number"], name="snapshot_is_numbered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Snapshot {self.number} of {self.entity_id} {self.period_id}"


class SnapshotBlock(models.Model):
    """A block of scores in a snapshot: the same bytes as a ScoreBlock has."""

    snapshot = models.ForeignKey(ScoreSnapshot, on_delete=models.PROTECT, related_name="blocks")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["snapshot", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "number"], name="snapshot_block_is_stored_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Block {self.number} of snapshot {self.snapshot_id}"


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
    by_path = models.CharField(max_length=20)  # task, command, close
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
