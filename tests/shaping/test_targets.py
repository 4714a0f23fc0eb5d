"""Targets and rates are set period by period; what longer rows give is told."""

from decimal import Decimal

import pytest

from kpialign.interchange import stored, stored_figures
from kpialign.interchange.changing import CascadeRefusedError
from kpialign.interchange.editing import edit_rows
from kpis.models import PeriodState
from organisation.models import AuditEntry, Entity, RecomputeRequest, User
from tests.factories import make_entity, make_kpi, make_organisation, period
from tests.shaping.pages import fields_of, finance_admin, opened, problems, send

pytestmark = pytest.mark.django_db
PATH = "/shape/targets/A/?year=2026"


def targets() -> dict[str, tuple[object, object]]:
    found = stored_figures.targets(["A"])
    return {" ".join(key[1:]): (row.target, row.baseline) for key, row in found.items()}


def held(client: object, path: str = PATH) -> dict[str, str]:
    page = client.get(path)  # type: ignore[attr-defined]
    return {
        row["line"].label: f"{row['held'].text} {row['held'].source}"
        for row in page.context["rows"]
        if row["held"]
    }


def test_the_grid_has_the_kpi_s_own_periods_then_the_longer_ones() -> None:
    make_organisation(first_month=10)
    make_kpi("A", frequency="monthly")
    make_kpi("B")

    rows = finance_admin().get(PATH).context["rows"]
    quarterly = finance_admin("b@example.com").get("/shape/targets/B/?year=2026").context["rows"]

    assert [row["line"].name for row in rows][:5] == [
        "Oct 2025",
        "Nov 2025",
        "Dec 2025",
        "Q1 FY26",
        "Jan 2026",
    ]
    assert rows[-1]["line"].name == "FY26"
    assert [row["line"].label for row in quarterly] == [
        "2026-Q1",
        "2026-Q2",
        "2026-Q3",
        "2026-Q4",
        "2026",
    ]


def test_targets_are_set_with_trail_and_recompute_and_blank_rows_are_none() -> None:
    make_organisation()
    make_kpi("A")

    response = send(
        finance_admin(),
        PATH,
        **{
            "2026-Q1-target": "95",
            "2026-Q1-baseline": "90.5",
            "2026-Q2-target": "96",
            "why": "Plan",
        },
    )

    assert response["Location"] == "/shape/targets/A/?entity=GROUP&year=2026"
    assert targets() == {
        "GROUP 2026-Q1": (Decimal(95), Decimal("90.5")),
        "GROUP 2026-Q2": (Decimal(96), None),
    }
    entry = AuditEntry.objects.get()
    assert (entry.subject_kind, entry.subject_key, entry.why) == ("target", "A GROUP", "Plan")
    request = RecomputeRequest.objects.get()
    assert (request.kind, request.key, request.entity_key) == ("target", "A", "GROUP")


def test_a_target_of_another_entity_and_a_year_not_begun_is_set_there() -> None:
    make_organisation()
    make_entity("PLANT")
    make_kpi("A")

    send(finance_admin(), "/shape/targets/A/?year=2028&entity=PLANT", **{"2028-target": "7"})

    assert targets() == {"PLANT 2028": (Decimal(7), None)}


def test_the_heading_names_the_entity_without_its_place_in_the_tree() -> None:
    make_organisation()
    make_kpi("A")
    make_entity("PLANT")

    page = finance_admin().get("/shape/targets/A/?year=2026&entity=PLANT").content.decode()

    assert "in FY26, Plant</h1>" in page


def test_a_year_of_a_sum_is_split_and_of_anything_else_held() -> None:
    make_organisation()
    make_kpi("A")
    make_kpi("L", time_rollup="last")
    client = finance_admin()
    send(client, PATH, **{"2026-target": "100", "2026-Q2-target": "10"})
    send(client, "/shape/targets/L/?year=2026", **{"2026-target": "100"})

    assert held(client) == {
        "2026-Q1": "25 1/4 of FY26",
        "2026-Q3": "25 1/4 of FY26",
        "2026-Q4": "25 1/4 of FY26",
    }
    assert held(client, "/shape/targets/L/?year=2026")["2026-Q1"] == "100 from FY26"


def test_a_period_is_given_no_target_although_a_longer_row_covers_it() -> None:
    make_organisation()
    make_kpi("A")
    client = finance_admin()
    send(client, PATH, **{"2026-target": "100"})

    send(client, PATH, **{"2026-Q1-target": "n/a"})

    assert targets()["GROUP 2026-Q1"] == (None, None)
    assert opened(client, PATH)["2026-Q1-target"] == ["n/a"]
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.before, entry.after) == (None, {"target": {"2026-Q1": "n/a"}})
    send(client, PATH, **{"2026-Q2-target": "7"})
    assert targets()["GROUP 2026-Q1"] == (None, None)


def test_a_row_that_is_emptied_goes_and_a_longer_one_holds_again() -> None:
    make_organisation()
    make_kpi("A")
    client = finance_admin()
    send(client, PATH, **{"2026-target": "100", "2026-Q1-target": "9", "2026-Q1-baseline": "1"})
    RecomputeRequest.objects.all().delete()

    send(client, PATH, **{"2026-Q1-target": "", "2026-Q1-baseline": ""}, why="A slip")

    assert targets() == {"GROUP 2026": (Decimal(100), None)}
    assert held(client)["2026-Q1"] == "25 1/4 of FY26"
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.action, entry.why, entry.after) == ("set_targets", "A slip", None)
    assert {name: list(cells) for name, cells in (entry.before or {}).items()} == {
        "target": ["2026-Q1"],
        "baseline": ["2026-Q1"],
    }
    request = RecomputeRequest.objects.get()
    assert (request.kind, request.key, request.entity_key) == ("target", "A", "GROUP")


def test_a_target_emptied_by_one_and_changed_by_another_shows_both() -> None:
    make_organisation()
    make_kpi("A")
    one, other = finance_admin("one@example.com"), finance_admin("other@example.com")
    send(one, PATH, **{"2026-Q1-target": "9"})
    form = opened(one, PATH)
    send(other, PATH, **{"2026-Q1-target": "8"})

    response = send(one, PATH, form, **{"2026-Q1-target": ""})

    [told] = problems(response)
    assert "Other saved “8”" in told
    assert "you typed nothing" in told
    send(one, PATH, fields_of(response))
    assert targets() == {}


def test_a_band_needs_both_edges_the_lower_one_first() -> None:
    make_organisation()
    make_kpi("A", direction="band")
    client = finance_admin()

    one = send(client, PATH, **{"2026-Q1-band_low": "5"})
    turned = send(client, PATH, **{"2026-Q1-band_low": "5", "2026-Q1-band_high": "4"})

    assert problems(one) == [
        "Q1 FY26: To: A has a band, and an edge is missing. Accepted: both edges."
    ]
    assert problems(turned) == [
        "Q1 FY26: From: The lower edge 5 is above the upper one 4."
        " Accepted: at most the upper edge."
    ]
    assert targets() == {}


def test_what_is_not_a_number_is_said_in_its_cell_and_nothing_is_saved() -> None:
    make_organisation()
    make_kpi("A")

    response = send(finance_admin(), PATH, **{"2026-Q1-target": "95", "2026-Q2-target": "1,234"})

    [told] = problems(response)
    assert told.startswith("Q2 FY26: Target: '1,234' could be 1234 or 1.234")
    assert fields_of(response)["2026-Q1-target"] == ["95"]
    assert targets() == {}


def test_numbers_are_shown_and_read_as_the_person_writes_them() -> None:
    make_organisation()
    make_kpi("A")
    client = finance_admin()
    User.objects.update(number_style="de")

    first = send(
        client, PATH, **{"2026-Q1-target": "1.234", "2026-Q2-target": "1,234", "2026-target": "x"}
    )
    assert fields_of(first)["2026-Q1-target"] == ["1.234"]
    assert targets() == {}

    send(client, PATH, **{"2026-Q1-target": "1.234", "2026-Q2-target": "1,234"})
    assert [one for one, _ in targets().values()] == [Decimal(1234), Decimal("1.234")]
    before = AuditEntry.objects.count()
    assert fields_of(client.get(PATH))["2026-Q1-target"] == ["1.234"]
    assert fields_of(client.get(PATH))["2026-Q2-target"] == ["1,234"]

    send(client, PATH)
    assert AuditEntry.objects.count() == before


def test_a_closed_period_is_shown_and_takes_no_change() -> None:
    make_organisation()
    make_kpi("A")
    client = finance_admin()
    send(client, PATH, **{"2026-Q1-target": "95"})
    PeriodState.objects.create(
        period=period("2026-Q1"),
        entity=Entity.objects.get(),
        state=PeriodState.State.CLOSED,
    )

    page = client.get(PATH)
    form = opened(client, PATH)
    response = client.post(PATH, {**form, "2026-Q1-target": ["1"], "2026-target": ["9"]})

    assert "2026-Q1-target" not in form
    assert "2026-target" not in form  # it reaches into what is closed
    assert "2026-Q2-target" in form
    assert "closed" in page.content.decode()
    assert response.status_code == 302
    assert targets() == {"GROUP 2026-Q1": (Decimal(95), None)}


def test_what_is_closed_cannot_be_taken_away() -> None:
    make_organisation()
    make_kpi("A")
    make_entity("PLANT", currency="USD")
    client = finance_admin()
    send(client, PATH, **{"2026-Q1-target": "95"})
    cells = {"2026-03-average": "0.9", "2026-03-closing": "0.8"}
    send(client, "/shape/rates/?currency=USD&year=2026", **cells)
    group = Entity.objects.get(code="GROUP")
    closed = PeriodState.State.CLOSED
    PeriodState.objects.create(period=period("2026-Q1"), entity=group, state=closed)
    gone = [("targets", ("A", "GROUP", "2026-Q1")), ("rates", ("USD", "2026-03"))]

    with pytest.raises(CascadeRefusedError) as refused:
        edit_rows(rows={}, removed=gone, by=None, path="form")

    assert [one.sheet for one in refused.value.errors] == ["targets", "rates"]
    assert list(targets()) == ["GROUP 2026-Q1"]
    assert list(stored.rates()) == [("USD", "2026-03")]


def test_two_people_in_one_target_see_both_and_in_two_keep_theirs() -> None:
    make_organisation()
    make_kpi("A")
    one, other = finance_admin("one@example.com"), finance_admin("other@example.com")
    form = opened(one, PATH)
    send(other, PATH, **{"2026-Q1-target": "7", "2026-Q2-target": "8"})

    response = send(one, PATH, form, **{"2026-Q1-target": "5", "2026-Q3-target": "9"})

    [told] = problems(response)
    assert told.startswith("Q1 FY26: Target: Other saved “7” on ")
    assert targets()["GROUP 2026-Q1"] == (Decimal(7), None)
    send(one, PATH, fields_of(response))
    assert {key: value[0] for key, value in targets().items()} == {
        "GROUP 2026-Q1": Decimal(5),
        "GROUP 2026-Q2": Decimal(8),
        "GROUP 2026-Q3": Decimal(9),
    }


def test_a_target_that_another_took_away_comes_back_only_if_it_was_changed() -> None:
    make_organisation()
    make_kpi("A")
    one, other = finance_admin("one@example.com"), finance_admin("other@example.com")
    send(one, PATH, **{"2026-Q1-target": "9"})
    form = opened(one, PATH)
    send(other, PATH, **{"2026-Q1-target": ""})

    response = send(one, PATH, form, **{"2026-Q1-target": "8"})

    [told] = problems(response)
    assert "Other saved nothing on " in told
    assert "you typed “8”" in told
    send(one, PATH, form, **{"2026-Q2-target": "5"})
    assert list(targets()) == ["GROUP 2026-Q2"]
    send(one, PATH, fields_of(response))
    assert targets()["GROUP 2026-Q1"] == (Decimal(8), None)


def test_an_entity_that_is_not_there_is_absent() -> None:
    make_organisation()
    make_kpi("A")

    assert finance_admin().get("/shape/targets/A/?entity=NOPE").status_code == 404


def test_rates_are_set_for_the_currencies_that_entities_have() -> None:
    make_organisation()
    client = finance_admin()
    assert "No entity has another currency" in client.get("/shape/rates/").content.decode()
    make_entity("PLANT", currency="CHF")

    path = "/shape/rates/?currency=CHF&year=2026"
    send(client, path, **{"2026-03-average": "1.05", "2026-03-closing": "1.07"})

    rate = stored.rates()["CHF", "2026-03"]
    assert (rate.average, rate.closing) == (Decimal("1.05"), Decimal("1.07"))
    assert AuditEntry.objects.get().subject_key == "CHF 2026-03"
    assert RecomputeRequest.objects.get().kind == "all"


def test_a_rate_that_is_emptied_goes() -> None:
    make_organisation()
    make_entity("PLANT", currency="USD")
    client, path = finance_admin(), "/shape/rates/?year=2026"
    send(client, path, **{"2026-03-average": "0.9", "2026-03-closing": "0.8"})
    RecomputeRequest.objects.all().delete()

    send(client, path, **{"2026-03-average": "", "2026-03-closing": ""})

    assert stored.rates() == {}
    assert [one.kind for one in RecomputeRequest.objects.all()] == ["all"]


def test_half_a_rate_or_one_of_zero_is_refused() -> None:
    make_organisation()
    make_entity("PLANT", currency="CHF")
    client, path = finance_admin(), "/shape/rates/?currency=CHF&year=2026"

    half = send(client, path, **{"2026-03-average": "1.05"})
    zero = send(client, path, **{"2026-03-average": "1.05", "2026-03-closing": "0"})

    assert problems(half) == ["Mar 2026: Closing: This is empty. Accepted: a value."]
    assert problems(zero) == [
        "Mar 2026: Closing: The rate 0 is not a number above 0. Accepted: a plain number above 0."
    ]
    assert stored.rates() == {}


def test_the_organisation_s_own_currency_has_no_rates() -> None:
    make_organisation()

    assert finance_admin().get("/shape/rates/?currency=EUR").status_code == 404
