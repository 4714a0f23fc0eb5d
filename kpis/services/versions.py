"""Hold the plan's version that is edited, and copy it once periods are closed under it."""

from datetime import date, timedelta

from django.db.models import Exists, F, Max, Min, OuterRef

from kpis.models import Actual, NodeDefinition, Plan, PlanVersion, ReportingPeriod
from kpis.selectors.closing import closed_cells, is_active
from organisation.models import Entity, User
from organisation.services import trail

BATCH = 500
DEFINED = ("node_id", "aggregation", "direction", "time_rollup", "entity_rollup", "formula")
LINKED = ("parent_id", "child_id", "weight", "kind", "lag", "rationale")


def lock_cascade() -> PlanVersion | None:
    """Hold the newest version of the active plan until the transaction ends, and return it.

    Every edit of the cascade and every close takes this lock first. Another one that waited for
    it may have made a newer version meanwhile: then that one is held.
    """
    while True:
        newest = _newest()
        if newest is None:
            return None
        PlanVersion.objects.filter(pk=newest.pk).update(edit_count=F("edit_count") + 1)
        if _newest() == newest:
            return PlanVersion.objects.select_related("plan").get(pk=newest.pk)


def version_to_edit(*, by: User | None, path: str) -> PlanVersion:
    """Return the version that takes an edit, locked: the newest, copied if it is frozen.

    The plan must be there. The copy is in force from the earliest month that is not closed for
    every entity, so that what is closed keeps the definitions and weights it was closed with.
    """
    version = lock_cascade()
    if version is None:
        raise Plan.DoesNotExist
    return version if version.frozen_at is None else _copied(version, by=by, path=path)


def _newest() -> PlanVersion | None:
    return PlanVersion.objects.filter(plan__state=Plan.State.ACTIVE).order_by("-number").first()


def _copied(version: PlanVersion, *, by: User | None, path: str) -> PlanVersion:
    """Copy a version with its definitions and links."""
    copy = PlanVersion.objects.create(
        plan=version.plan,
        number=version.number + 1,
        effective_from=first_open_month(),
        edit_count=1,
    )
    NodeDefinition.objects.bulk_create(
        [
            NodeDefinition(version=copy, **row)
            for row in version.definitions.order_by("pk").values(*DEFINED)
        ],
        batch_size=BATCH,
    )
    link = version.links.model
    link.objects.bulk_create(
        [link(version=copy, **row) for row in version.links.order_by("pk").values(*LINKED)],
        batch_size=BATCH,
    )
    trail.record(
        actor=by,
        path=path,
        action="begin_version",
        subject_kind="version",
        subject_key=str(copy),
        before={"version": str(version)},
        after={"version": str(copy), "effective_from": copy.effective_from},
        why=f"{version} stays as it is: periods are closed under it",
    )
    return copy


def first_open_month() -> date | None:
    """Return the first day of the earliest month not closed for every entity active in it.

    Only months of the time of scores and later ones count; None where no figure is there yet.
    """
    counted = Actual.objects.filter(period=OuterRef("pk"), counted__value__isnull=False)
    span = ReportingPeriod.objects.filter(Exists(counted)).aggregate(
        first=Min("start_on"), last=Max("end_on")
    )
    if span["first"] is None:
        return None
    months = ReportingPeriod.objects.filter(kind="month", end_on__gte=span["first"])
    entities, closed = list(Entity.objects.all()), closed_cells()
    last = None
    for month in months.order_by("start_on"):
        last = month
        active = [one for one in entities if is_active(one, month)]
        if any((one.pk, month.pk) not in closed for one in active):
            return month.start_on
    return last.end_on + timedelta(days=1) if last else None
