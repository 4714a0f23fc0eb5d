"""Read the perspectives in the order in which a strategy map shows them."""

from objectives.models import Perspective


def perspectives_in_order() -> list[tuple[str, str]]:
    """List code and name: the financial ones first, then as the organisation lists them."""
    return list(Perspective.objects.order_by("-financial", "pk").values_list("code", "name"))
