"""Links: a parent gets exactly the children listed, loops are refused and named."""

from decimal import Decimal

import pytest

from kpis.models import Node
from objectives.errors import LoopError, ObjectiveBeneathKPIError
from objectives.models import CascadeLink
from objectives.services import LinkChange, replace_links
from organisation.models import AuditEntry, RecomputeRequest
from tests.factories import current_version, link, make_kpi, make_objective, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def organisation() -> None:
    make_organisation()


def replace(parent: Node, *children: tuple[Node, str]) -> tuple[int, int]:
    changes = [LinkChange(child=child, weight=Decimal(weight)) for child, weight in children]
    return replace_links(
        version=current_version(), children={parent: changes}, by=None, path="form", why="Plan"
    )


def test_a_parent_gets_exactly_the_children_listed() -> None:
    goal, a, b, c = make_objective("GOAL"), *(make_kpi(code).node for code in "ABC")
    link(goal, a, "1")
    link(goal, b, "2")

    assert replace(goal, (b, "3"), (c, "1")) == (1, 2)

    found = CascadeLink.objects.values_list("child__code", "weight")
    assert dict(found) == {"B": 3, "C": 1}
    assert {entry.action for entry in AuditEntry.objects.all()} == {"link", "unlink", "reweight"}
    assert [(r.kind, r.key) for r in RecomputeRequest.objects.all()] == [("node", "GOAL")]


def test_the_same_links_again_change_nothing() -> None:
    goal, a = make_objective("GOAL"), make_kpi("A").node
    replace(goal, (a, "1"))
    requests = RecomputeRequest.objects.count()

    assert replace(goal, (a, "1.0")) == (0, 0)

    assert RecomputeRequest.objects.count() == requests


def test_a_link_that_closes_a_loop_is_refused_with_the_loop_named() -> None:
    a, b, c = (make_kpi(code).node for code in "ABC")
    link(a, b)
    link(b, c, kind="drives")

    with pytest.raises(LoopError, match=r"A > B > C > A|B > C > A > B|C > A > B > C"):
        replace(c, (a, "1"))

    assert CascadeLink.objects.count() == 2


def test_an_objective_beneath_a_kpi_is_refused() -> None:
    goal, a = make_objective("GOAL"), make_kpi("A").node

    with pytest.raises(ObjectiveBeneathKPIError, match="GOAL"):
        replace(a, (goal, "1"))

    assert not CascadeLink.objects.exists()
