"""Take files that people upload, check them, and import what was confirmed; each step once."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from kpialign.errors import RefusedError
from kpialign.interchange import outcome
from kpialign.interchange.changing import CascadeRefusedError
from kpialign.interchange.difference import Difference
from kpialign.interchange.importing import import_cascade
from kpialign.interchange.models import ImportUpload, UploadRows
from kpialign.interchange.problems import ImportRefusedError
from kpialign.interchange.unpacked import unpacked_size
from organisation.models import User
from organisation.services.recompute import wake_worker

TASK = "interchange.work_on_uploads"
KEPT = timedelta(hours=24)
MOST_KEPT = 10  # files of one person
# An attempt that began longer ago has died with its process, and has written nothing.
LEASE = timedelta(minutes=10)
# Bytes of text inside a file up to which the page itself checks it, within a few seconds.
SMALL = 2_000_000
ROWS_A_PAGE = 50
State = ImportUpload.State
IN_HAND = (State.WAITING, State.CONFIRMED)

INTERRUPTED = "The work on this file was interrupted, and nothing was imported. Try again."
OURS = (
    "The file could not be worked on, and nothing was imported. The fault is the product's own:"
    " its log tells more."
)

log = logging.getLogger(__name__)


class DifferenceChangedError(RefusedError):
    """The cascade was changed since the difference was shown; the new one must be looked at."""

    def __init__(self, difference: Difference) -> None:
        """Keep what the file would change now."""
        super().__init__("The cascade was changed since this was shown.")
        self.difference = difference


class _AttemptOverError(Exception):
    """Another attempt has taken this one's place: nothing of this one may be written."""


def take_upload(*, by: User, name: str, suffix: str, content: bytes) -> ImportUpload:
    """Keep a file that somebody uploaded and check it: at once if it is small."""
    forget_uploads()
    beyond = ImportUpload.objects.filter(by=by).exclude(state=State.CONFIRMED)
    ImportUpload.objects.filter(
        pk__in=list(beyond.values_list("pk", flat=True)[MOST_KEPT - 1 :])
    ).delete()
    upload = ImportUpload.objects.create(
        by=by,
        name=name,
        suffix=suffix,
        content=content,
        size=len(content),
        is_large=unpacked_size(content) > SMALL,
    )
    _go_on(upload)
    return upload


def confirm_upload(*, upload: ImportUpload, digest: str) -> bool:
    """Import what was shown; tell whether this call is the one that decided it."""
    decided = ImportUpload.objects.filter(
        pk=upload.pk, state=State.READY, digest=digest, begun_at=None
    ).update(state=State.CONFIRMED)
    if decided:
        _go_on(upload)
    return bool(decided)


def discard_upload(*, upload: ImportUpload) -> bool:
    """Throw a file away that is not being imported; tell whether it is gone."""
    gone, _kinds = ImportUpload.objects.filter(pk=upload.pk).exclude(state=State.CONFIRMED).delete()
    return gone > 0


def forget_uploads() -> int:
    """Throw away what was uploaded a day ago or longer; return how many rows went."""
    old = ImportUpload.objects.filter(uploaded_at__lt=timezone.now() - KEPT)
    return old.exclude(state=State.CONFIRMED).delete()[0]


def work_on_all() -> int:
    """Do what files wait for; return how many there were."""
    waiting = _to_do().values_list("pk", flat=True).order_by("pk")
    return sum(work_on_upload(key) for key in list(waiting))


def work_on_upload(key: int) -> bool:
    """Check a file, or import it if it was confirmed, unless somebody is at it; tell whether."""
    claimed = _to_do().filter(pk=key)
    died = claimed.filter(begun_at__isnull=False).exists()
    if not claimed.update(begun_at=timezone.now(), run=F("run") + 1):
        return False
    upload = ImportUpload.objects.select_related("by").get(pk=key)
    try:
        if died:
            _end_in_sentence(upload, INTERRUPTED)
        elif upload.state == State.CONFIRMED:
            _import(upload)
        else:
            _check(upload)
    except _AttemptOverError:
        log.warning("An upload was given up: another attempt went on with it")
    except Exception:  # whatever it was, the person gets a sentence and the file an end
        log.exception("An upload could not be worked on")
        _end_in_sentence(upload, OURS)
    return True


def _to_do() -> QuerySet[ImportUpload]:
    free = Q(begun_at=None) | Q(begun_at__lt=timezone.now() - LEASE)
    return ImportUpload.objects.filter(free, state__in=IN_HAND)


def _go_on(upload: ImportUpload) -> None:
    if upload.is_large:
        transaction.on_commit(lambda: wake_worker(TASK), robust=True)
    else:
        work_on_upload(upload.pk)


def _check(upload: ImportUpload) -> None:
    try:
        with _file_of(upload) as path:
            changed = import_cascade(path=path, by=upload.by, dry_run=True, name=upload.name)
    except CascadeRefusedError as refused:
        found = outcome.of_problems(refused.errors, refused.warnings)
        _end(upload, State.REFUSED, found)
    except RefusedError as refused:
        _end(upload, State.REFUSED, outcome.of_sentence(str(refused)))
    else:
        found = outcome.of_difference(changed.difference, changed.warnings)
        _end(upload, State.READY, found)


def _import(upload: ImportUpload) -> None:
    """Import exactly what was shown; if that is not what would be written now, show it anew."""

    def judge(difference: Difference) -> None:
        if outcome.digest_of(difference) != upload.digest:
            raise DifferenceChangedError(difference)

    def within(_difference: Difference) -> None:
        values = {"state": State.IMPORTED, "begun_at": None, "content": b""}
        if not _own(upload).update(**values):
            raise _AttemptOverError

    try:
        with _file_of(upload) as path:
            import_cascade(path=path, by=upload.by, name=upload.name, judge=judge, within=within)
    except DifferenceChangedError as changed:
        found = outcome.of_difference(changed.difference, [])
        found.summary["overtaken"] = True
        _end(upload, State.READY, found)
    except CascadeRefusedError as refused:
        found = outcome.of_problems(refused.errors, refused.warnings)
        found.summary["overtaken"] = True
        _end(upload, State.REFUSED, found)
    except RefusedError as refused:
        _end_in_sentence(upload, str(refused))


@contextmanager
def _file_of(upload: ImportUpload) -> Iterator[Path]:
    """Put the content into a private file for as long as it is read, and name it in refusals."""
    with TemporaryDirectory(prefix="kpialign-upload-") as folder:
        path = Path(folder) / f"cascade{upload.suffix}"
        path.write_bytes(bytes(upload.content))
        try:
            yield path
        except ImportRefusedError as refused:
            raise ImportRefusedError(str(refused).replace(str(path), upload.name)) from None


def _own(upload: ImportUpload) -> QuerySet[ImportUpload]:
    """Find the upload while this attempt is the one that works on it."""
    return ImportUpload.objects.filter(pk=upload.pk, run=upload.run, state=upload.state)


@transaction.atomic
def _end(upload: ImportUpload, state: str, found: outcome.Found) -> None:
    """Keep what this attempt found, in place of what an earlier one did."""
    values: dict[str, Any] = {
        "state": state,
        "begun_at": None,
        "outcome": found.summary,
        "digest": found.digest,
    }
    if state == State.REFUSED:
        values["content"] = b""
    if not _own(upload).update(**values):
        raise _AttemptOverError
    UploadRows.objects.filter(upload=upload).delete()
    UploadRows.objects.bulk_create(
        [
            UploadRows(
                upload=upload,
                section=section,
                number=start // ROWS_A_PAGE + 1,
                rows=rows[start : start + ROWS_A_PAGE],
            )
            for section, rows in found.sections.items()
            for start in range(0, len(rows), ROWS_A_PAGE)
        ],
        batch_size=200,
    )


def _end_in_sentence(upload: ImportUpload, told: str) -> None:
    """Say why an attempt came to nothing; what was shown before it stays to be confirmed."""
    if upload.state == State.CONFIRMED:
        summary = upload.outcome | {"told": told}
        _own(upload).update(state=State.READY, begun_at=None, outcome=summary)
    else:
        _own(upload).update(state=State.REFUSED, begun_at=None, content=b"", outcome={"told": told})
