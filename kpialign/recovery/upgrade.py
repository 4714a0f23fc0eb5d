"""Migrate the database, never without a backup of what it held."""

from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kpialign.recovery.backup import Backup, name_of_backup, take_backup

KEPT = 5


def has_pending_migrations() -> bool:
    """Say whether the database is older than the code."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def upgrade_database(folder: Path) -> Backup | None:
    """Apply the migrations that are missing; return the backup taken before, if any was due.

    A new database is only made. Of the backups taken so, the last five are kept.
    """
    if not has_pending_migrations():
        return None
    backup = None
    if connection.introspection.table_names():
        backup = take_backup(name_of_backup(folder, "before-upgrade"))
        for old in sorted(folder.glob("*-before-upgrade.kpialign"))[:-KEPT]:
            old.unlink()
    call_command("migrate", interactive=False, verbosity=0)
    return backup
