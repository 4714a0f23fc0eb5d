"""Make the table of the database cache, so that migrate alone is enough for every command."""

from django.conf import settings
from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def make_cache_table(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make it even where another cache is configured today: that may change without a migration."""
    call_command(
        "createcachetable", settings.CACHE_TABLE, database=editor.connection.alias, verbosity=0
    )


def drop_cache_table(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop it again."""
    editor.execute(f"DROP TABLE {editor.quote_name(settings.CACHE_TABLE)}")


class Migration(migrations.Migration):
    """The one table that no model describes."""

    initial = True
    dependencies = []
    operations = [migrations.RunPython(make_cache_table, drop_cache_table)]
