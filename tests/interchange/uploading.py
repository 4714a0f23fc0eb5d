"""Upload files as a person does, and read what the page of the upload says."""

import io
import re
import zipfile
from collections.abc import Mapping
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kpialign.interchange.models import ImportUpload
from organisation.models import User
from tests.factories import make_person
from tests.interchange.files import SHEETS

ADMIN = "admin@example.com"


def browser(email: str = ADMIN, role: str = "finance_admin") -> Client:
    """Sign a person in who has this role, made if need be."""
    user = User.objects.filter(email=email).first() or make_person(email, role)
    client = Client()
    client.force_login(user)
    return client


def zipped(sheets: Mapping[str, str | bytes] = SHEETS, **other: str | bytes) -> bytes:
    """Pack sheets as CSV files; those given by name replace or add to the others."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**sheets, **other}.items():
            archive.writestr(f"{name}.csv", text)
    return packed.getvalue()


def upload(client: Client, content: bytes, name: str = "cascade.zip") -> Any:  # noqa: ANN401
    """Send a file, and follow to the page that it leads to."""
    return client.post("/import/", {"file": SimpleUploadedFile(name, content)}, follow=True)


def latest() -> ImportUpload:
    return ImportUpload.objects.latest("pk")


def confirm(client: Client, digest: str | None = None) -> Any:  # noqa: ANN401
    """Press the button that imports what the page of the latest upload shows."""
    one = latest()
    shown = one.digest if digest is None else digest
    return client.post(f"/import/{one.pk}/confirm/", {"digest": shown}, follow=True)


def heading(response: Any) -> str:  # noqa: ANN401
    """Return the sentence that the page begins with."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.DOTALL)
    assert found
    return unescape(found[1].strip())


def text(response: Any) -> str:  # noqa: ANN401
    """Return the words of a page, without its elements."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
