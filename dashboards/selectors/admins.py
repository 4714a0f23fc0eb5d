"""Read whom to ask for what only a finance admin may do."""

from organisation.models import Membership


def finance_admins() -> list[str]:
    """List the names of the finance admins who are here, in one query."""
    rows = Membership.objects.filter(role=Membership.Role.FINANCE_ADMIN, user__is_active=True)
    people = rows.order_by("user__name", "user__email").values_list("user__name", "user__email")
    return list(dict.fromkeys(name or email for name, email in people))
