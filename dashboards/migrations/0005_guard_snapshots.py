from django.db import migrations

from kpialign.guards import Guard, guarding

CLOSED_CELL = (
    "EXISTS (SELECT 1 FROM kpis_periodstate s WHERE s.entity_id = {row}.entity_id"
    " AND s.period_id = {row}.period_id AND s.state = 'closed')"
)
LATER = ("update", "delete")
NEVER = "What was closed is never changed"
GUARDS = [
    Guard("dashboards_scoreblock", "The period is closed for the entity", CLOSED_CELL),
    Guard("dashboards_scoresnapshot", NEVER, "{row}.id IS NOT NULL", events=LATER),
    Guard("dashboards_snapshotblock", NEVER, "{row}.id IS NOT NULL", events=LATER),
    Guard("dashboards_frozenpart", NEVER, "{row}.digest IS NOT NULL", events=LATER),
    Guard(
        "dashboards_nodeslot",
        "Snapshots have blocks with this slot",
        "{row}.slot IS NOT NULL AND EXISTS (SELECT 1 FROM dashboards_scoresnapshot)",
        events=LATER,
    ),
]


class Migration(migrations.Migration):
    """Let the database refuse to change a snapshot, or the stored scores of a closed period."""

    dependencies = [
        ("dashboards", "0004_share_frozen_parts"),
        ("kpis", "0003_guard_what_is_closed"),
    ]

    operations = [guarding(GUARDS)]
