"""The refusals of backup and restore, each named by its rule."""

from kpialign.errors import RefusedError


class BackupUnreadableError(RefusedError):
    """The file is no backup, or not the one that was taken: cut, changed, or of another make."""


class DatabaseInUseError(RefusedError):
    """The product is running on the database that is to be replaced."""


class DatabaseNotEmptyError(RefusedError):
    """There is something that the backup would replace."""
