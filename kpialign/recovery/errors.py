"""The refusals of backup and restore, each named by its rule."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError

from kpialign.errors import RefusedError


class BackupUnreadableError(RefusedError):
    """The file is no backup, or not the one that was taken: cut, changed, or of another make."""


class DatabaseInUseError(RefusedError):
    """The product is running on the database that is to be replaced."""


class DatabaseNotEmptyError(RefusedError):
    """There is something that the backup would replace."""


class NotWrittenError(RefusedError):
    """The disk or the database did not take what was to be written."""


@contextmanager
def written_or(refusal: str) -> Iterator[None]:
    """Refuse in words where the disk is full, or the database does not go along."""
    try:
        yield
    except (OSError, sqlite3.Error, DatabaseError) as error:
        told = " ".join(str(error).split())
        raise NotWrittenError(f"{refusal} ({told}).") from error
