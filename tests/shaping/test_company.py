"""Entities, departments, perspectives and settings are made and changed by forms."""

from decimal import Decimal

import pytest

from kpialign.interchange import stored
from kpialign.interchange.rows import DepartmentRow, EntityRow, PerspectiveRow
from kpis.models import Plan, PlanVersion
from organisation.models import AuditEntry, Organisation, RecomputeRequest, User
from tests.factories import make_department, make_entity, make_organisation, make_person
from tests.shaping.pages import fields_of, finance_admin, opened, problems, send

pytestmark = pytest.mark.django_db
KPI = {"category": "operational", "department": "OPS", "time_rollup": "sum"}


def test_an_entity_is_made_beneath_the_group_and_then_changed() -> None:
    make_organisation()
    client = finance_admin()

    send(client, "/shape/new/entity/", code="PLANT", name="Plant", currency="CHF")
    send(client, "/shape/entities/PLANT/", active_from="2026-03", active_to="2027-02")

    assert stored.entities()["PLANT"] == EntityRow(
        "PLANT", "Plant", "GROUP", "CHF", "2026-03", "2027-02"
    )
    assert set(RecomputeRequest.objects.values_list("kind", flat=True)) == {"all"}
    assert AuditEntry.objects.filter(subject_kind="entity").count() == 2


@pytest.mark.parametrize(
    ("path", "typed", "told"),
    [
        (
            "/shape/entities/PLANT/",
            {"active_from": "2026-Q1"},
            "First month: 2026-Q1 is not a month. Accepted: 2026-03.",
        ),
        (
            "/shape/entities/PLANT/",
            {"active_from": "2026-03", "active_to": "2026-01"},
            "Last month: The entity ends (2026-01) before it starts (2026-03)."
            " Accepted: 2026-03 or later.",
        ),
        (
            "/shape/entities/PLANT/",
            {"currency": "chf"},
            "Currency: 'chf' is not a currency. Accepted: three letters, such as EUR.",
        ),
        (
            "/shape/entities/PLANT/",
            {"parent": "INNER"},
            "Beneath: The parents go round in a circle: ",
        ),
    ],
)
def test_an_entity_that_does_not_fit_is_refused(
    path: str, typed: dict[str, str], told: str
) -> None:
    make_organisation()
    make_entity("PLANT")
    make_entity("INNER", parent="PLANT")
    before = stored.entities()

    response = send(finance_admin(), path, **typed)

    assert problems(response)[0].startswith(told)
    assert stored.entities() == before
    assert AuditEntry.objects.count() == 0


def test_a_department_gets_a_head_and_a_finance_partner_by_person() -> None:
    make_organisation()
    make_department("OPS")
    make_person("head@example.com", "department_head", department="OPS")

    send(
        finance_admin(),
        "/shape/departments/OPS/",
        head_email="head@example.com",
        partner_email="admin@example.com",
    )

    assert stored.departments()["OPS"] == DepartmentRow(
        "OPS", "Department OPS", "head@example.com", "admin@example.com"
    )
    assert AuditEntry.objects.get().after == {
        "head_email": "head@example.com",
        "partner_email": "admin@example.com",
    }


def test_perspectives_change_together_and_one_is_added() -> None:
    client = finance_admin()
    send(client, "/shape/perspectives/", new__code="CUST", new__name="Customer")

    send(
        client,
        "/shape/perspectives/",
        **{"row-CUST-name": "Customers", "row-CUST-financial": "on"},
        new__code="PEOPLE",
        new__name="People",
    )

    assert stored.perspectives() == {
        "CUST": PerspectiveRow("CUST", "Customers", financial=True),
        "PEOPLE": PerspectiveRow("PEOPLE", "People", financial=False),
    }


def test_a_perspective_needs_its_other_half_and_a_code_of_its_own() -> None:
    client, path = finance_admin(), "/shape/perspectives/"
    send(client, path, new__code="CUST", new__name="Customer")

    half = send(client, path, new__code="X")
    taken = send(client, path, new__code="CUST", new__name="Again")

    assert problems(half) == ["New perspective: Name: Fill in both code and name."]
    assert problems(taken) == [
        "New perspective: Code: Customer has this code already. Choose another one."
    ]
    assert list(stored.perspectives()) == ["CUST"]


def test_settings_change_what_they_name_and_nothing_else() -> None:
    make_organisation()
    client = finance_admin()

    send(
        client,
        "/settings/",
        organisation__value="Alpine",
        on_track__value="85",
        plan__value="Plan 2031",
        weight_focus__value="2",
        why="As the board wants",
    )

    organisation = Organisation.objects.get()
    assert (organisation.name, organisation.on_track) == ("Alpine", Decimal(85))
    assert (organisation.at_risk, organisation.currency) == (Decimal(70), "EUR")
    assert organisation.component_weights == {"focus": "2"}
    assert Plan.objects.get().name == "Plan 2031"
    assert set(AuditEntry.objects.values_list("subject_key", "why")) == {
        (key, "As the board wants") for key in ("organisation", "on_track", "plan", "weight_focus")
    }
    assert RecomputeRequest.objects.get().kind == "all"


def test_settings_of_an_empty_installation_make_the_organisation() -> None:
    client = finance_admin()
    assert opened(client, "/settings/")["currency-value"] == ["EUR"]

    send(client, "/settings/", organisation__value="Alpine", currency__value="CHF")

    organisation = Organisation.objects.get()
    assert (organisation.name, organisation.currency) == ("Alpine", "CHF")
    assert PlanVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            {"currency-value": "Euro"},
            "Currency: 'Euro' is not a currency. Accepted: three letters, such as EUR.",
        ),
        (
            {"at_risk-value": "95"},
            "At risk from a score of: At risk (95) is above on track (90)."
            " Accepted: at most on track.",
        ),
        (
            {"fiscal_year_start-value": "13"},
            "Month in which the fiscal year begins: '13' does not fit."
            " Accepted: a whole number from 1 to 12.",
        ),
        (
            {"organisation-value": ""},
            "Name of the organisation: Fill in: name of the organisation.",
        ),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(typed: dict[str, str], told: str) -> None:
    make_organisation()
    before = stored.settings()

    response = send(finance_admin(), "/settings/", **typed)

    assert problems(response) == [told]
    assert stored.settings() == before
    assert AuditEntry.objects.count() == 0


def test_a_currency_that_cannot_be_read_is_not_taken_for_another_one() -> None:
    make_organisation()
    Organisation.objects.update(currency="CHF")
    make_entity("PLANT", currency="EUR")
    client = finance_admin()
    cells = {"2026-03-average": "0.9", "2026-03-closing": "0.8"}
    send(client, "/shape/rates/?currency=EUR&year=2026", **cells)

    response = send(client, "/settings/", currency__value="Fr.")

    assert problems(response) == [
        "Currency: 'Fr.' is not a currency. Accepted: three letters, such as EUR."
    ]


def test_settings_are_numbers_as_the_person_writes_them() -> None:
    make_organisation()
    client, path = finance_admin(), "/settings/"
    User.objects.update(number_style="de")
    form = opened(client, path)
    assert form["min_coverage-value"] == ["0,5"]

    send(client, path, form, min_coverage__value="0,75", weight_focus__value="2,5")

    organisation = Organisation.objects.get()
    assert organisation.min_coverage == Decimal("0.75")
    assert organisation.component_weights == {"focus": "2.5"}
    assert opened(client, path)["weight_focus-value"] == ["2,5"]
    response = send(client, path, form, min_coverage__value="0,8")
    assert "“0,75”" in problems(response)[0]
    assert "“0,8”" in problems(response)[0]


@pytest.mark.parametrize("kind", ["entity", "department", "objective", "kpi"])
def test_what_has_the_code_new_opens_by_its_form(kind: str) -> None:
    make_organisation()
    make_department("OPS")
    client = finance_admin()
    more = KPI if kind == "kpi" else {}
    path = {"entity": "entities", "kpi": "kpis"}.get(kind, f"{kind}s")

    send(client, f"/shape/new/{kind}/", code="new", name="Nearly there", **more)

    assert opened(client, f"/shape/{path}/new/")["name"] == ["Nearly there"]


def test_two_people_in_one_setting_see_both_and_saving_again_keeps_mine() -> None:
    make_organisation()
    one, other = finance_admin("one@example.com"), finance_admin("other@example.com")
    form = opened(one, "/settings/")
    send(other, "/settings/", on_track__value="80", organisation__value="Theirs")

    response = send(one, "/settings/", form, on_track__value="85")

    [told] = problems(response)
    assert told.startswith("On track from a score of: Other saved “80” on ")
    send(one, "/settings/", fields_of(response))
    organisation = Organisation.objects.get()
    assert (organisation.on_track, organisation.name) == (Decimal(85), "Theirs")


def test_once_periods_are_closed_the_forms_say_from_when_changes_count() -> None:
    make_organisation()
    client = finance_admin()
    assert "Changes count from" not in client.get("/settings/").content.decode()
    version = PlanVersion.objects.get()
    version.effective_from = "2026-04-01"
    version.save(update_fields=["effective_from"])

    assert "Changes count from April 2026" in client.get("/settings/").content.decode()
