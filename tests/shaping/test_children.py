"""Children are added, weighed and unlinked; nobody undoes what others did meanwhile."""

import pytest
from django.utils import timezone

from dashboards.figures import shown
from kpialign.interchange import stored
from kpis.models import KPI, Node, PeriodState, PlanVersion, ReportingPeriod
from objectives.models import CascadeLink
from organisation.models import AuditEntry, Entity, RecomputeRequest
from tests.factories import figure, link, make_kpi, make_objective, make_organisation, record
from tests.shaping.pages import fields_of, finance_admin, opened, problems, send

pytestmark = pytest.mark.django_db
PATH = "/shape/children/TOP/"


@pytest.fixture(autouse=True)
def top() -> Node:
    """Let an objective lean on two KPIs, and let there be two more nodes."""
    make_organisation()
    node = make_objective("TOP")
    link(node, make_kpi("DIO").node, "3")
    link(node, make_kpi("DSO").node, "1")
    make_kpi("DPO")
    make_objective("LOW")
    return node


def weights() -> dict[str, str]:
    found = stored.links().values()
    return {f"{one.parent} {one.child}": f"{one.weight.normalize():f}" for one in found}  # type: ignore[union-attr]


def parts(client: object) -> list[str]:
    page = client.get(PATH)  # type: ignore[attr-defined]
    return [row["part"] for row in page.context["rows"]]


def test_parts_are_weights_over_the_sum_of_those_that_count() -> None:
    client = finance_admin()
    assert parts(client) == ["75\u00a0%", "25\u00a0%"]

    send(client, PATH, **{"child-DSO-kind": "drives"})

    assert parts(client) == ["100\u00a0%", shown.UNKNOWN]


def test_one_weight_changes_and_its_siblings_stay() -> None:
    send(finance_admin(), PATH, **{"child-DSO-weight": "1.5", "why": "It matters more"})

    assert weights() == {"TOP DIO": "3", "TOP DSO": "1.5"}
    entry = AuditEntry.objects.get()
    assert (entry.subject_key, entry.before, entry.after) == (
        "TOP DSO",
        {"weight": "1"},
        {"weight": "1.5"},
    )
    assert entry.why == "It matters more"
    request = RecomputeRequest.objects.get()
    assert (request.kind, request.key) == ("node", "TOP")


def test_a_node_that_is_there_is_added_by_name_or_code() -> None:
    client = finance_admin()

    send(client, PATH, new__child="KPI DPO, KPI (DPO)", new__weight="2")
    send(client, PATH, new__child="LOW", new__weight="4")

    assert weights() == {"TOP DIO": "3", "TOP DPO": "2", "TOP DSO": "1", "TOP LOW": "4"}


def test_a_child_is_unlinked_and_the_last_one_too() -> None:
    client = finance_admin()

    send(client, PATH, **{"child-DIO-unlink": "on"})
    assert weights() == {"TOP DSO": "1"}
    send(client, PATH, **{"child-DSO-unlink": "on"})

    assert weights() == {}
    assert Node.objects.filter(code__in=["DIO", "DSO"]).count() == 2
    assert set(AuditEntry.objects.values_list("action", "subject_key")) == {
        ("remove", "TOP DIO"),
        ("remove", "TOP DSO"),
    }


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            {"child-DSO-weight": "0"},
            "KPI DSO: Weight: The weight 0 is not above 0. Accepted: a number above 0.",
        ),
        (
            {"child-DSO-weight": "much"},
            "KPI DSO: Weight: 'much' is not a number."
            " Accepted: 1234.5, 1,234.5, 1.234,5 or (1,234).",
        ),
        (
            {"child-DSO-lag": "-1"},
            "KPI DSO: Lag: '-1' does not fit. Accepted: a whole number from 0 to 1000.",
        ),
        (
            {"new-child": "NOPE"},
            "new child: Objective or KPI: None in use is called so."
            " Type its code, or a part of its name and choose.",
        ),
        (
            {"new-child": "TOP"},
            "new child: Objective or KPI: Nothing lies beneath itself. Choose another one.",
        ),
        (
            {"new-child": "KPI DSO"},
            "new child: Objective or KPI: It lies beneath already; its weight is above.",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_no_link_changes(
    typed: dict[str, str], told: str
) -> None:
    response = send(finance_admin(), PATH, **{"child-DIO-weight": "9", **typed})

    assert problems(response) == [told]
    assert weights() == {"TOP DIO": "3", "TOP DSO": "1"}
    assert fields_of(response)["child-DIO-weight"] == ["9"]


def test_an_objective_beneath_a_kpi_is_refused_and_why_is_said() -> None:
    response = send(finance_admin(), "/shape/children/DSO/", new__child="LOW")

    assert problems(response) == [
        "new child: KPI: An objective never lies beneath a KPI."
        " Choose a KPI, or turn the link around."
    ]


def test_a_loop_is_refused_with_its_path_by_names_and_codes() -> None:
    client = finance_admin()
    send(client, "/shape/children/LOW/", new__child="TOP", new__weight="1")

    response = send(client, PATH, new__child="LOW")

    [told] = problems(response)
    assert told.startswith("new child: Objective or KPI: The links go round in a circle: ")
    assert "Objective TOP (TOP) > Objective LOW (LOW)" in told
    assert "TOP LOW" not in weights()


def test_an_objective_is_not_offered_beneath_a_kpi() -> None:
    client, path = finance_admin(), "/shape/children/DIO/"
    assert "Objective LOW" not in client.get(path).content.decode()

    response = send(client, path, new__child="LOW")

    assert len(problems(response)) == 1
    assert "DIO LOW" not in weights()


def test_what_two_people_change_in_different_links_both_stays() -> None:
    one, other = finance_admin("one@example.com"), finance_admin("other@example.com")
    form = opened(one, PATH)
    send(other, PATH, **{"child-DSO-weight": "7", "new-child": "DPO", "new-weight": "5"})

    response = send(one, PATH, form, **{"child-DIO-weight": "2"})

    assert response.status_code == 302
    assert weights() == {"TOP DIO": "2", "TOP DPO": "5", "TOP DSO": "7"}


def test_two_people_in_one_weight_see_both_and_saving_again_keeps_mine() -> None:
    one, other = finance_admin("one@example.com"), finance_admin("other@example.com")
    form = opened(one, PATH)
    send(other, PATH, **{"child-DIO-weight": "7"})

    response = send(one, PATH, form, **{"child-DIO-weight": "2"})

    assert weights()["TOP DIO"] == "7"
    [told] = problems(response)
    assert told.startswith("KPI DIO: Weight: Other saved “7” on ")
    send(one, PATH, fields_of(response))
    assert weights()["TOP DIO"] == "2"


def test_a_link_that_somebody_took_away_is_told_of_and_not_made_again() -> None:
    one, other = finance_admin("one@example.com"), finance_admin("other@example.com")
    form = opened(one, PATH)
    send(other, PATH, **{"child-DIO-unlink": "on"})

    response = send(one, PATH, form, **{"child-DIO-weight": "2"})

    assert problems(response) == ["Other unlinked KPI DIO meanwhile."]
    assert weights() == {"TOP DSO": "1"}


def test_after_a_close_an_edit_makes_a_new_version_and_the_form_says_from_when() -> None:
    record(figure(KPI.objects.get(node__code="DIO"), "2026-Q1", "1"))
    months = ReportingPeriod.objects.filter(kind="month", label__in=["2026-01", "2026-02"])
    group, closed = Entity.objects.get(code="GROUP"), PeriodState.State.CLOSED
    PeriodState.objects.bulk_create(
        PeriodState(period=month, entity=group, state=closed) for month in months
    )
    PlanVersion.objects.update(frozen_at=timezone.now())
    client = finance_admin()
    page = client.get(PATH).content.decode()
    assert "Changes count from March 2026, the earliest month still open; closed" in page

    send(client, PATH, **{"child-DIO-weight": "2"})

    found = CascadeLink.objects.filter(child__code="DIO").order_by("version__number")
    assert [f"{one.version} {one.weight.normalize():f}" for one in found] == ["v1 3", "v2 2"]
    assert f"{PlanVersion.objects.get(number=2).effective_from}" == "2026-03-01"
