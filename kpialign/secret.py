"""Keep the data folder private, and make the secret key of one that has none."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
OWN_FILES = {"kpialign.sqlite3", "secret.key", "broker"}


def make_private(folder: Path) -> Path:
    """Make the folder and those above it, closed to everyone but their owner."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    if folder.stat().st_mode & 0o777 != PRIVATE_FOLDER:
        # Closing a folder that others work in, such as /tmp, would be worse than refusing it.
        names = {path.name for path in folder.iterdir()}
        if names and not names & OWN_FILES:
            raise ImproperlyConfigured(
                f"{folder} holds files of others: let KPIALIGN_VAR name a folder of its own."
            )
        folder.chmod(PRIVATE_FOLDER)
    return folder


def long_key() -> str:
    """Make a key that nobody types."""
    return secrets.token_urlsafe(64)


def kept_secret(path: Path, make: Callable[[], str] = long_key) -> str:
    """Read the secret kept at path; the first process to ask makes it."""
    make_private(path.parent)
    if not path.exists():
        # Written aside and linked into place: two processes that start together end with one key.
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(make())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    if path.stat().st_mode & 0o777 != PRIVATE_FILE:
        path.chmod(PRIVATE_FILE)
    return path.read_text(encoding="ascii").strip()
