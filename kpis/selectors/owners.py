"""Read whom to ask at an entity: the head who enters a figure, and who closes its periods."""

from collections import defaultdict

from django.db.models import Q

from organisation.models import Entity, Membership

NOBODY = "no head named"
NAMED = 3


class Owners:
    """The heads of all departments, read once; the one nearest to an entity answers for it."""

    def __init__(self) -> None:
        """Read the heads and the tree of entities."""
        self.parents = dict(Entity.objects.values_list("pk", "parent_id"))
        self.heads: dict[tuple[int, int | None], list[str]] = defaultdict(list)
        heads = Membership.objects.filter(
            role=Membership.Role.DEPARTMENT_HEAD, user__is_active=True, department__isnull=False
        )
        for one in heads.select_related("user").order_by("user__name", "user__email"):
            if one.department_id is not None:
                self.heads[one.department_id, one.entity_id].append(str(one.user))

    def of(self, department_id: int, entity_id: int) -> str:
        """Name the heads whose scope covers the entity most closely."""
        at: int | None = entity_id
        while at is not None:
            if (department_id, at) in self.heads:
                return " or ".join(self.heads[department_id, at])
            at = self.parents.get(at)
        return " or ".join(self.heads.get((department_id, None), [])) or NOBODY


def finance_of(entity: Entity) -> str:
    """Name the finance admins who may close an entity's periods, the first few of many."""
    parents = dict(Entity.objects.values_list("pk", "parent_id"))
    above, at = set[int](), entity.pk if entity.pk in parents else None
    while at is not None:
        above.add(at)
        at = parents[at]
    closing = Membership.objects.filter(
        Q(entity=None) | Q(entity__in=above),
        role=Membership.Role.FINANCE_ADMIN,
        department=None,
        user__is_active=True,
    )
    people = closing.select_related("user").order_by("user__name", "user__email")
    names = list(dict.fromkeys(str(one.user) for one in people))[:NAMED]
    return " or ".join(names) or "a finance admin"
