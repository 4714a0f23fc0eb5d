from django.db import migrations

from kpialign.guards import Guard, guarding

# OFFSET 0 lets PostgreSQL ask the indexes row by row, and not read all figures for a few of them.
CLOSED_CELL = (
    "EXISTS (SELECT 1 FROM kpis_periodstate s WHERE s.entity_id = {row}.entity_id"
    " AND s.period_id = {row}.period_id AND s.state = 'closed')"
)
OF_CLOSED_CELL = (
    "EXISTS (SELECT 1 FROM kpis_actual a JOIN kpis_periodstate s ON s.entity_id = a.entity_id"
    " AND s.period_id = a.period_id AND s.state = 'closed' WHERE a.id = {row}.actual_id LIMIT 1 OFFSET 0)"
)
MEETS_CLOSED = (
    "EXISTS (SELECT 1 FROM kpis_periodstate s"
    " JOIN kpis_reportingperiod c ON c.id = s.period_id"
    " JOIN kpis_reportingperiod t ON t.id = {row}.period_id"
    " WHERE s.entity_id = {row}.entity_id AND s.state = 'closed'"
    " AND c.start_on <= t.end_on AND t.start_on <= c.end_on LIMIT 1 OFFSET 0)"
)
CLOSED_FOR_A_GROUP = (
    "EXISTS (SELECT 1 FROM kpis_periodstate s"
    " JOIN kpis_reportingperiod c ON c.id = s.period_id"
    " JOIN kpis_reportingperiod t ON t.id = {row}.period_id"
    " WHERE s.state = 'closed' AND c.start_on <= t.start_on AND t.end_on <= c.end_on"
    " AND EXISTS (SELECT 1 FROM organisation_entity m WHERE m.parent_id = s.entity_id))"
)
CLOSED_ANYWHERE = (
    "EXISTS (SELECT 1 FROM kpis_periodstate s WHERE s.period_id = {row}.id AND s.state = 'closed')"
)
# A reopening takes along the longer periods, the inner ones, and the same of the groups above.
CLOSED_FOR_GOOD = (
    "{row}.state = 'closed' AND NOT EXISTS (SELECT 1 FROM kpis_reopening r"
    " JOIN kpis_reportingperiod c ON c.id = r.period_id"
    " JOIN kpis_reportingperiod t ON t.id = {row}.period_id"
    " JOIN kpis_entity_above e ON e.entity_id = r.entity_id AND e.above_id = {row}.entity_id"
    " WHERE r.is_confirmed AND r.settled_at >= {row}.changed_at"
    " AND c.start_on <= t.end_on AND t.start_on <= c.end_on)"
)
OF_FROZEN_VERSION = (
    "EXISTS (SELECT 1 FROM kpis_planversion v WHERE v.id = {row}.version_id"
    " AND v.frozen_at IS NOT NULL)"
)
ABOVE = (
    "CREATE VIEW kpis_entity_above AS WITH RECURSIVE above(entity_id, above_id) AS ("
    "SELECT id, id FROM organisation_entity UNION ALL"
    " SELECT above.entity_id, o.parent_id FROM above"
    " JOIN organisation_entity o ON o.id = above.above_id WHERE o.parent_id IS NOT NULL)"
    " SELECT entity_id, above_id FROM above"
)
CLOSED = "The period is closed for the entity"
GUARDS = [
    Guard("kpis_actual", CLOSED, CLOSED_CELL),
    Guard("kpis_actualrevision", CLOSED, OF_CLOSED_CELL),
    Guard("kpis_target", "The period, or one inside or around it, is closed", MEETS_CLOSED),
    Guard("kpis_rate", "The period is closed for a group", CLOSED_FOR_A_GROUP),
    Guard(
        "kpis_reportingperiod",
        "The period is closed for an entity",
        CLOSED_ANYWHERE,
        events=("update", "delete"),
        columns=("kind", "label", "start_on", "end_on", "parent_id"),
    ),
    Guard(
        "kpis_periodstate",
        "A closed period opens only by a reopening that two people asked for and confirmed",
        CLOSED_FOR_GOOD,
        events=("update", "delete"),
        columns=("period_id", "entity_id", "state", "changed_at", "changed_by_id", "why"),
    ),
    Guard(
        "kpis_planversion",
        "Periods are closed under this version of the plan",
        "{row}.frozen_at IS NOT NULL",
        events=("update", "delete"),
        columns=("plan_id", "number", "effective_from", "frozen_at"),
    ),
    Guard(
        "kpis_nodedefinition",
        "Periods are closed under this version of the plan",
        OF_FROZEN_VERSION,
    ),
]


class Migration(migrations.Migration):
    """Let the database refuse what would change a closed period."""

    dependencies = [
        ("kpis", "0002_review_and_close"),
        ("organisation", "0003_sign_in_by_token_and_own_style"),
    ]

    operations = [
        migrations.RunSQL(ABOVE, "DROP VIEW kpis_entity_above"),
        guarding(GUARDS),
    ]
