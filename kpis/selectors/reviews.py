"""Read which figures wait for approval, and which were returned, each within one's reach."""

from collections.abc import Iterable, Sequence

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404

from kpis.models import Actual, ActualRevision, PeriodState, Review
from kpis.review_rows import Filters
from organisation.access import Grant
from organisation.models import User
from organisation.permissions import where_heading, where_reading_reviews, where_reviewing

Status = ActualRevision.Status
BATCH = 900
PLACES = ("kpi__department", "entity", "period")


def waiting_figures(user: User, filters: Filters | None = None) -> QuerySet[Actual]:
    """Select the cells whose submitted figure the person may read, where nothing is closed."""
    asked = filters or Filters()
    found = _waiting().filter(_within(where_reading_reviews(user)))
    if asked.period is not None:
        found = found.filter(
            period__start_on__gte=asked.period.start_on, period__end_on__lte=asked.period.end_on
        )
    if asked.department is not None:
        found = found.filter(kpi__department=asked.department)
    if asked.entity is not None:
        found = found.filter(entity=asked.entity)
    return found


def to_review_count(user: User) -> int:
    """Count the figures that the person can decide about; one's own are somebody else's."""
    scopes = where_reviewing(user)
    if not scopes:
        return 0
    return _waiting().filter(_within(scopes)).exclude(counted__by=user).count()


def get_revisions_to_review(user: User, keys: Iterable[int]) -> list[int]:
    """Return these revisions if all lie where the person reviews, else answer as absent."""
    wanted = sorted(set(keys))
    found: set[int] = set()
    for start in range(0, len(wanted), BATCH):
        rows = ActualRevision.objects.filter(
            _within(where_reviewing(user), "actual__"), pk__in=wanted[start : start + BATCH]
        )
        found |= set(rows.values_list("pk", flat=True))
    if len(found) < len(wanted):
        raise Http404
    return wanted


def returned_reviews(cells: "QuerySet[Actual]", *, with_places: bool = False) -> dict[int, Review]:
    """Map each of these cells whose last figure was returned to that decision, in one query.

    A figure submitted since answers it.
    """
    stands = Q(revision__actual__counted=None) | Q(
        revision__number__gt=F("revision__actual__counted__number")
    )
    rows = Review.objects.filter(
        stands,
        decision=Review.Decision.RETURNED,
        revision__status=Status.DRAFT,
        revision__actual__in=cells.order_by().values("pk"),
    )
    places = [f"revision__actual__{name}" for name in PLACES] if with_places else []
    rows = rows.select_related("by", "revision", *places).order_by("pk")
    return {row.revision.actual_id: row for row in rows}


def returned_to(user: User) -> list[Review]:
    """List the returned figures that this person owes anew: as head, or as who submitted them.

    What is closed by now waits for nobody.
    """
    theirs = _within(where_heading(user), "actual__") | Q(by=user)
    revisions = ActualRevision.objects.filter(theirs, status=Status.DRAFT, reviews__isnull=False)
    cells = Actual.objects.filter(_open(), pk__in=revisions.values("actual"))
    found = returned_reviews(cells, with_places=True)
    return sorted(found.values(), key=lambda one: one.pk)


def _open() -> Q:
    closed = PeriodState.objects.filter(
        period=OuterRef("period"), entity=OuterRef("entity"), state=PeriodState.State.CLOSED
    )
    return ~Q(Exists(closed))


def _waiting() -> QuerySet[Actual]:
    return Actual.objects.filter(_open(), counted__status=Status.SUBMITTED)


def _within(scopes: Sequence[Grant], prefix: str = "") -> Q:
    """State where the scopes reach; nowhere without one."""
    reach = Q(pk__in=[])
    for scope in scopes:
        one = Q()
        if scope.department_id is not None:
            one &= Q(**{f"{prefix}kpi__department": scope.department_id})
        if scope.entity_ids is not None:
            one &= Q(**{f"{prefix}entity__in": scope.entity_ids})
        if not one:
            return Q()
        reach |= one
    return reach
