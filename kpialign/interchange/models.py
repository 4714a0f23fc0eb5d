"""Files that somebody uploaded: they wait here until their change is confirmed or discarded."""

from django.db import models
from django.utils import timezone

from organisation.models import User


class ImportUpload(models.Model):
    """A file that one person wants to import, and what checking it found.

    The content lies here, not in a folder: pages and worker may run on different machines.
    """

    class State(models.TextChoices):
        """What the file waits for, or how it ended."""

        WAITING = "waiting", "Waiting to be checked"
        READY = "ready", "Checked, to be confirmed"
        REFUSED = "refused", "Refused"
        CONFIRMED = "confirmed", "Being imported"
        IMPORTED = "imported", "Imported"

    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="import_uploads")
    name = models.CharField(max_length=200)
    suffix = models.CharField(max_length=8, blank=True)
    content = models.BinaryField()  # empty once it is of no more use
    size = models.PositiveIntegerField()
    is_large = models.BooleanField(default=False)  # then the worker looks at it, not the page
    uploaded_at = models.DateTimeField(default=timezone.now, db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    run = models.PositiveIntegerField(default=0)  # counts attempts: an older one changes nothing
    begun_at = models.DateTimeField(null=True)  # of the attempt that goes on now
    digest = models.CharField(max_length=64, blank=True)  # of the difference that is shown
    outcome = models.JSONField(default=dict)  # see kpialign.interchange.outcome

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class UploadRows(models.Model):
    """One page of what checking an upload found: problems, or rows of a sheet that differ."""

    upload = models.ForeignKey(ImportUpload, on_delete=models.CASCADE, related_name="found")
    section = models.CharField(max_length=20)  # errors, warnings, or the name of a sheet
    number = models.PositiveIntegerField()  # of the page, from 1
    rows = models.JSONField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "upload rows"
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "section", "number"], name="one_page_of_upload"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section} {self.number} of {self.upload_id}"
