"""Read who enters a department's figures at an entity: its head whose scope covers it."""

from collections import defaultdict

from organisation.models import Entity, Membership

NOBODY = "no head named"


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
