"""Who may use a view of the API: the rules of the product, asked by each view."""

from collections.abc import Callable

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from organisation.access import Person
from organisation.permissions import can_edit_cascade, can_read_scores

Predicate = Callable[[Person], bool]


class RolePermission(BasePermission):
    """Ask the rule that the view names; whoever reads scores may read every view."""

    def has_permission(self, request: Request, view: object) -> bool:
        """Refuse the anonymous (with 401) and whoever's roles never have this (with 403)."""
        if not request.user.is_authenticated:
            return False
        if request.method in SAFE_METHODS:
            return can_read_scores(request.user)
        may_write: Predicate = getattr(view, "may_write", can_edit_cascade)
        return can_read_scores(request.user) and may_write(request.user)
