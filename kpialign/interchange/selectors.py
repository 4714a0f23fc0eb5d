"""Find what people uploaded: only their own, and only while it is kept."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from kpialign.interchange.models import ImportUpload, UploadRows
from kpialign.interchange.uploads import KEPT
from organisation.models import User


def uploads_of(user: User) -> QuerySet[ImportUpload]:
    """Return what a person uploaded within a day, the latest first, without the contents."""
    since = timezone.now() - KEPT
    return ImportUpload.objects.filter(by=user, uploaded_at__gte=since).defer("content")


def get_upload_to_decide(user: User, key: int) -> ImportUpload:
    """Return a person's own upload; one of somebody else looks like none."""
    found = uploads_of(user).filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def rows_of(upload: ImportUpload, section: str, page: int = 1) -> list[dict[str, object]]:
    """Return one page of what was found in a section."""
    found = UploadRows.objects.filter(upload=upload, section=section, number=page).first()
    return found.rows if found else []


def all_rows_of(upload: ImportUpload, section: str) -> Iterator[dict[str, object]]:
    """Yield everything that was found in a section."""
    pages = UploadRows.objects.filter(upload=upload, section=section).order_by("number")
    for page in pages.iterator(chunk_size=20):
        yield from page.rows
