"""Keep nothing of an upload that is larger than what is taken, and read it to its end all the same.

A browser that is answered before it has sent everything shows a broken connection, not the answer.
"""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

MEGABYTE = 1_000_000
BESIDE = 100_000  # bytes of a form beside its files


def upload_limit() -> int:
    """Return how many bytes of files one form may carry."""
    return int(settings.UPLOAD_LIMIT_MB) * MEGABYTE


def is_over_limit(request: HttpRequest) -> bool:
    """Say whether the form that came was too large, so that its files were thrown away."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdigit() and int(length) > upload_limit() + BESIDE


class LimitedUploadHandler(FileUploadHandler):
    """Stand before the handlers that store, and stop them."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        """Pass a piece on, unless the whole is too large: then throw it and the rest away."""
        if self.request is not None and is_over_limit(self.request):
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that store."""
