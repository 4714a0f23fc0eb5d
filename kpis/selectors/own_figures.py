"""Find the figures that one person submitted, whoever touched them since."""

from collections import defaultdict
from collections.abc import Collection

from kpis.models import ActualRevision
from organisation.models import User

Status = ActualRevision.Status
BATCH = 900


def own_revisions(revisions: Collection[ActualRevision], *, by: User) -> set[int]:
    """Find those whose figure this person submitted.

    A later revision with the same figure, say one with another comment, hides nobody.
    """
    numbers = {one.actual_id: one for one in revisions}
    others = [one.actual_id for one in revisions if one.by_id != by.pk]
    own = {one.pk for one in revisions if one.by_id == by.pk}
    earlier: dict[int, list[ActualRevision]] = defaultdict(list)
    for start in range(0, len(others), BATCH):
        rows = ActualRevision.objects.filter(actual__in=others[start : start + BATCH])
        for row in rows.exclude(status=Status.DRAFT).order_by("-number"):
            if row.number < numbers[row.actual_id].number:
                earlier[row.actual_id].append(row)
    for actual, rows_before in earlier.items():
        now = numbers[actual]
        for row in rows_before:
            if row.value != now.value:
                break
            if row.by_id == by.pk:
                own.add(now.pk)
                break
    return own
