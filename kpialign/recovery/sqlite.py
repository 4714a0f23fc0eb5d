"""Copy an SQLite database by its own backup interface, which alone sees a whole state."""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.db import connection

from kpialign.recovery.errors import BackupUnreadableError, DatabaseInUseError
from kpialign.recovery.state import HEAD, LEFT_OUT, Head, head_of

PART = "database.sqlite3"


def database_file() -> Path:
    """Return where the database lies."""
    return Path(connection.settings_dict["NAME"])


def copy_to(folder: Path) -> tuple[dict[str, Path], dict[str, int], Head]:
    """Copy the live database; give the parts, the rows of each table, and the trail's head."""
    copy = folder / PART
    copy_file(database_file(), copy)
    with closing(sqlite3.connect(copy)) as held:
        names = [
            row[0]
            for row in held.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        for name in set(LEFT_OUT) & set(names):
            held.execute(f'DELETE FROM "{name}"')  # noqa: S608, names of our own
        held.commit()
        held.execute("VACUUM")
        rows = {
            name: held.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for name in sorted(set(names) - set(LEFT_OUT))
        }
        has_trail = "organisation_auditentry" in names
        head = head_of(*held.execute(HEAD).fetchone()) if has_trail else head_of(0, None, None)
    return {PART: copy}, rows, head


def copy_file(database: Path, copy: Path) -> None:
    """Copy one database file into another, which holds it alone then, without a log beside it."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")


def put_in_place(parcel: ZipFile, manifest: Mapping[str, Any]) -> None:
    """Put the backup where the database lies: whole, or the old one stays."""
    database = database_file()
    unpacked = database.with_name(f".{database.name}.restored")
    try:
        with parcel.open(PART) as held, unpacked.open("wb") as file:
            unpacked.chmod(0o600)
            while block := held.read(1 << 20):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        _refuse_damaged(unpacked, manifest)
        _empty_the_log()
        connection.close()
        for beside in ("-wal", "-shm"):
            database.with_name(database.name + beside).unlink(missing_ok=True)
        unpacked.replace(database)
    finally:
        unpacked.unlink(missing_ok=True)


def _empty_the_log() -> None:
    """Write into the database what its log still holds, so that it is whole without the log."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if cursor.fetchone()[0]:
            raise DatabaseInUseError(
                "Somebody is using the database: stop what does, then restore."
            )


def _refuse_damaged(database: Path, manifest: Mapping[str, Any]) -> None:
    with closing(sqlite3.connect(database)) as held:
        told = held.execute("PRAGMA integrity_check").fetchone()[0]
        rows = {
            name: held.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for name in manifest["tables"]
        }
    if told != "ok" or rows != manifest["tables"]:
        raise BackupUnreadableError(f"The database in the backup is damaged ({told}).")
