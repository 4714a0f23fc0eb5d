from django.db import migrations

from kpialign.guards import Guard, guarding

OF_FROZEN_VERSION = (
    "EXISTS (SELECT 1 FROM kpis_planversion v WHERE v.id = {row}.version_id"
    " AND v.frozen_at IS NOT NULL)"
)
GUARDS = [
    Guard(
        "objectives_cascadelink",
        "Periods are closed under this version of the plan",
        OF_FROZEN_VERSION,
    ),
]


class Migration(migrations.Migration):
    """Let the database refuse to change links under which a period is closed."""

    dependencies = [
        ("objectives", "0001_initial"),
        ("kpis", "0003_guard_what_is_closed"),
    ]

    operations = [guarding(GUARDS)]
