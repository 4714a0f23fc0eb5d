"""Put a backup in the place of the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from dashboards.models import RecomputeLease, WorkerHeartbeat
from kpialign.errors import RefusedError
from kpialign.recovery import postgres, sqlite
from kpialign.recovery.backup import FORMAT, name_of_backup, take_backup
from kpialign.recovery.errors import (
    BackupUnreadableError,
    DatabaseNotEmptyError,
    written_or,
)
from kpialign.recovery.parcel import opened_parcel
from kpialign.recovery.state import holds_something, refuse_while_running, tables, trail_head
from organisation.services import trail


@dataclass(frozen=True)
class Restored:
    """What was restored, and where what stood there before was kept (None: nothing did)."""

    taken_at: str
    entries: int
    kept: Path | None


def restore_backup(path: Path, *, kept_in: Path, replaces: bool) -> Restored:
    """Put a backup in the place of the database and bring it up to date with the code.

    What stands there is replaced only if `replaces`, and is kept as a backup in a folder before.
    Raises RefusedError, and then the database is as it was.
    """
    if not path.is_file():
        raise RefusedError(f"There is no backup {path}.")
    with opened_parcel(path) as (manifest, parcel, digest):
        _refuse_foreign(manifest)
        refuse_while_running()
        kept = None
        if holds_something():
            if not replaces:
                raise DatabaseNotEmptyError(_what_would_go(manifest))
            kept = take_backup(name_of_backup(kept_in, "before-restore")).path
        with written_or("Nothing was restored, and the database is as it was"):
            if connection.vendor == "sqlite":
                _put_in_file(parcel, manifest, kept)
            else:
                with transaction.atomic():
                    postgres.put_in_place(parcel, manifest)
                    _migrate()
    _settle(manifest, digest)
    return Restored(manifest["taken_at"], manifest["trail"]["entries"], kept)


def _put_in_file(parcel: ZipFile, manifest: Mapping[str, Any], kept: Path | None) -> None:
    """Put the backup in place; where it cannot be brought up to date, what was there comes back."""
    sqlite.put_in_place(parcel, manifest)
    try:
        _migrate()
    except Exception:
        if kept is not None:
            with opened_parcel(kept) as (before, held, _digest):
                sqlite.put_in_place(held, before)
        raise


def _migrate() -> None:
    call_command("migrate", interactive=False, verbosity=0)


def _refuse_foreign(manifest: Mapping[str, Any]) -> None:
    """Refuse what this installation cannot put back."""
    if manifest.get("format") != FORMAT:
        raise BackupUnreadableError("The backup has another format than this KPIAlign writes.")
    if manifest["engine"] != connection.vendor:
        raise BackupUnreadableError(
            f"The backup is of {manifest['engine']}, this database is {connection.vendor}."
            " Restore it where it came from; export_cascade carries a cascade between the two."
        )
    known = MigrationLoader(None).graph.nodes
    newer = [f"{app} {name}" for app, name in manifest["migrations"] if (app, name) not in known]
    if newer:
        raise BackupUnreadableError(
            f"The backup was taken by a newer KPIAlign (it knows {newer[0]}). Update this one."
        )


def _what_would_go(manifest: Mapping[str, Any]) -> str:
    """Say what is there, and whether the backup is older."""
    here, held = trail_head(tables()), manifest["trail"]
    told = f"This database holds {here.entries:,} entries of the trail, the last of {here.last_at}."
    if here.last > held["last"]:
        told += f" The backup is older: it ends {here.last - held['last']:,} entries before."
    return (
        f"{told} Restoring would put the state of {manifest['taken_at']} in its place."
        " Add --replace to do that; what is there is kept as a backup first."
    )


def _settle(manifest: Mapping[str, Any], digest: str) -> None:
    """Free what a run held when the backup was taken, and note the restore in the trail."""
    RecomputeLease.objects.update(expires_at=None)
    WorkerHeartbeat.objects.all().delete()
    trail.record(
        actor=None,
        path=trail.Path.COMMAND,
        action="restore_backup",
        subject_kind="database",
        subject_key=manifest["taken_at"],
        before=None,
        after={"sha256": digest},
    )
