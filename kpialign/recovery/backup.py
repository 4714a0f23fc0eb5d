"""Take a backup of the whole database, while the product runs."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from kpialign import __version__
from kpialign.errors import RefusedError
from kpialign.recovery import postgres, sqlite
from kpialign.recovery.errors import written_or
from kpialign.recovery.parcel import write_parcel
from kpialign.recovery.state import Head, applied_migrations

FORMAT = 1


@dataclass(frozen=True)
class Backup:
    """A backup that was taken: where it lies, of which moment it is, its SHA-256."""

    path: Path
    taken_at: datetime
    digest: str
    rows: int
    head: Head


def take_backup(path: Path) -> Backup:
    """Write a backup of the database as it is at one moment. Raises RefusedError.

    Sessions and counters are left out. What commits after `taken_at` may not be in it.
    """
    if path.exists():
        raise RefusedError(f"{path} is there already: name a file that is not.")
    if not path.parent.is_dir():
        raise RefusedError(f"There is no folder {path.parent}.")
    taken_at = datetime.now(UTC)
    engine = sqlite if connection.vendor == "sqlite" else postgres
    with (
        written_or(f"No backup was written to {path}"),
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder,
    ):
        parts, rows, head = engine.copy_to(Path(folder))
        manifest = {
            "format": FORMAT,
            "engine": connection.vendor,
            "version": __version__,
            "taken_at": taken_at.isoformat(),
            "migrations": applied_migrations(),
            "tables": rows,
            "trail": head.as_dict(),
        }
        digest = write_parcel(path, manifest, parts)
    return Backup(path, taken_at, digest, sum(rows.values()), head)


def name_of_backup(folder: Path, why: str) -> Path:
    """Return a name for a backup that nobody chose one for."""
    return folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{why}.kpialign"
