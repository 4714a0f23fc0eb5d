"""The file of a backup: a zip of its parts, and behind it the SHA-256 over every byte.

So a backup tells by itself that it was cut or changed, wherever that happened.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kpialign.recovery.errors import BackupUnreadableError

MARK = b"\nKPIALIGN BACKUP 1 SHA-256 "
HASH_LENGTH = 64
TAIL = len(MARK) + HASH_LENGTH + 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20


def write_parcel(path: Path, manifest: Mapping[str, Any], parts: Mapping[str, Path]) -> str:
    """Write a backup whole or not at all, readable by its owner alone; return its SHA-256."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parcel:
                parcel.writestr(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
                for name, part in parts.items():
                    parcel.write(part, name)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0, os.SEEK_END)
            file.write(MARK + digest.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)  # which, unlike a rename, never writes over another backup
    finally:
        unfinished.unlink(missing_ok=True)
    return digest


@contextmanager
def opened_parcel(path: Path) -> Iterator[tuple[dict[str, Any], zipfile.ZipFile, str]]:
    """Open a backup once every byte was checked; give its manifest, its parts and its SHA-256.

    Raises BackupUnreadableError.
    """
    digest = _checked(path)
    with zipfile.ZipFile(path) as parcel:
        yield json.loads(parcel.read(MANIFEST)), parcel, digest


def _checked(path: Path) -> str:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - TAIL))
        tail = file.read()
        if len(tail) != TAIL or not tail.startswith(MARK) or not tail.endswith(b"\n"):
            raise BackupUnreadableError(
                f"{path} is not a whole backup of KPIAlign: its end is missing, or it is another."
            )
        said = tail[len(MARK) : -1].decode(errors="replace")
        file.seek(0)
        found, left = hashlib.sha256(), size - TAIL
        while left:
            block = file.read(min(CHUNK, left))
            found.update(block)
            left -= len(block)
    if found.hexdigest() != said:
        raise BackupUnreadableError(
            f"{path} was changed since it was taken: its content does not have the SHA-256 that it"
            " names. Nothing was restored; take another copy of the backup."
        )
    return said
