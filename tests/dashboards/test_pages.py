"""Pages say it, then show it: each from one board, with its context in the address."""

import re
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboards.models import RecomputeRun
from dashboards.services.refresh import refresh_scores
from kpis.models import ActualRevision
from objectives.models import Objective
from tests.dashboards.strategy import Strategy, make_strategy
from tests.factories import (
    aim,
    figure,
    link,
    make_entity,
    make_kpi,
    make_organisation,
    make_person,
    record,
)

pytestmark = pytest.mark.django_db
SIGNED_IN = 3  # session, person, memberships
PAGES = [
    "/enterprise/",
    "/departments/",
    "/departments/OPS/",
    "/objectives/CASH/",
    "/kpis/CYCLE/",
]


@pytest.fixture
def strategy() -> Strategy:
    return make_strategy()


@pytest.fixture
def reader(strategy: Strategy, client: Client) -> Client:
    client.force_login(make_person("viewer@example.com", "viewer"))
    return client


def text(client: Client, path: str) -> str:
    """Return the words of a page, without its tags."""
    response = client.get(path)
    assert response.status_code == 200
    return words(response.content.decode())


def words(page: str) -> str:
    bare = re.sub(r"<(script|noscript|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bare)).replace("\xa0", " "))


def headline(client: Client, path: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", client.get(path).content.decode(), re.DOTALL)
    assert found
    return words(found[1]).strip()


def test_the_enterprise_page_says_what_holds_the_strategy_back(reader: Client) -> None:
    page = text(reader, "/enterprise/")

    assert headline(reader, "/enterprise/") == (
        "Objective CASH holds the strategy back: KPI CYCLE misses its target by 30.0 days"
    )
    assert "53.8" in page  # (95 + 3 x 40) / 4
    assert "81 % covered" in page  # (1 + 3 x 3/4) / 4
    assert "could lie between" in page
    assert "until KPI COVER is in" in page


def test_a_figure_not_in_yet_is_not_excused_by_a_period_that_has_ended(reader: Client) -> None:
    page = text(reader, "/kpis/ORDERS/?period=2026-Q2")

    assert "Not in yet; Department SALES enters it." in page
    assert "has not ended" not in page


def test_an_objective_names_its_owner(strategy: Strategy, reader: Client) -> None:
    owner = make_person("treasurer@example.com", "executive")
    Objective.objects.filter(node=strategy.cash).update(owner=owner)

    enterprise = reader.get("/enterprise/").content.decode()

    group = enterprise[enterprise.index('href="/objectives/CASH/"') :]
    assert str(owner) in group[: group.index("</tr>")]
    assert f"Owner: {owner}" in text(reader, "/objectives/CASH/")


def test_a_status_filters_the_table_and_stays_in_the_address(reader: Client) -> None:
    everything = reader.get("/enterprise/").content.decode()
    filtered = text(reader, "/enterprise/?status=off_track")

    assert "/enterprise/?status=off_track" in everything
    assert "KPI CYCLE" in filtered
    assert "KPI ORDERS" not in filtered


def test_a_filter_that_does_not_exist_filters_nothing(reader: Client) -> None:
    assert "KPI ORDERS" in text(reader, "/enterprise/?status=splendid")


def test_an_illustrative_target_is_marked(reader: Client) -> None:
    page = reader.get("/enterprise/").content.decode()

    row = page[page.index('href="/kpis/ORDERS/"') :]
    assert "illustrative" in row[: row.index("</tr>")]
    other = page[page.index('href="/kpis/CYCLE/"') :]
    assert "illustrative" not in other[: other.index("</tr>")]


def test_the_heat_map_scores_departments_beneath_objectives(reader: Client) -> None:
    page = text(reader, "/enterprise/")

    assert "Department OPS scores 40.0 on Objective CASH" in page
    assert "no KPI" in page


def test_a_department_sees_what_it_serves_and_what_is_missing(reader: Client) -> None:
    page = text(reader, "/departments/OPS/")

    assert "Department OPS scores 40.0: KPI CYCLE misses its target by 30.0 days" in page
    assert "1 figure missing for Q1 FY26 KPI COVER late" in page
    assert "Objective CASH 100 % 40.0 40.0" in page
    assert "KPI PAYABLES" in page


def test_a_department_without_kpis_has_a_page_that_says_so(
    reader: Client, strategy: Strategy
) -> None:
    make_person("hr@example.com", "department_head", department="HR")

    assert "Department HR has no scored KPI" in text(reader, "/departments/HR/")


def test_an_objective_shows_a_sum_that_adds_up_and_what_it_waits_for(reader: Client) -> None:
    page = text(reader, "/objectives/VALUE/")

    assert "53.8 = 75 % of Objective CASH (40.0) + 25 % of Objective GROWTH (95.0)." in page
    assert "Rounded; sums use full figures." not in page
    assert "It waits for 1 figure KPI COVER Department OPS" in page


def test_an_objective_names_the_part_that_has_no_figure(reader: Client) -> None:
    page = text(reader, "/objectives/CASH/")

    assert "40.0 = 100 % of KPI CYCLE (40.0); KPI COVER has no figure yet." in page


def test_a_kpi_shows_its_arithmetic_its_formula_and_where_it_goes(reader: Client) -> None:
    page = text(reader, "/kpis/CYCLE/")

    assert headline(reader, "/kpis/CYCLE/") == "KPI CYCLE misses its target by 30.0 days"
    assert (
        "40.0 = (80.0 \u2212 100.0) / (50.0 \u2212 100.0):"
        " of the 50.0 days from baseline to target, 20.0 are reached." in page
    )
    assert "CYCLE = [STOCK] - [PAYABLES]" in page
    assert "KPI STOCK 120.0 d entered" in page
    assert "Objective CASH moves 75 % of it" in page


def test_a_kpi_without_a_figure_says_who_enters_it(reader: Client) -> None:
    page = text(reader, "/kpis/COVER/")

    assert "KPI COVER has no figure for Q1 FY26 yet" in page
    assert "It is due; Department OPS enters it." in page


def test_an_input_shows_its_history_and_where_it_goes(reader: Client, strategy: Strategy) -> None:
    person = make_person("ops@example.com", "department_head", department="OPS")
    record(
        figure(
            strategy.stock, "2026-Q1", "110", status="submitted", why="Counted again", based_on=1
        ),
        by=person,
        path="form",
    )

    page = text(reader, "/kpis/STOCK/")

    assert "120.0 110.0 d Counted again entry form, submitted" in page
    assert "Ops" in page
    assert "KPI CYCLE is a driver of it and goes into its formula" in page


def test_the_latest_saves_are_shown_with_what_stood_before_each(
    reader: Client, strategy: Strategy
) -> None:
    for number in range(45):
        record(figure(strategy.stock, "2026-Q1", str(100 + number), why=f"Count {number}"))

    page = text(reader, "/kpis/STOCK/")

    assert "The latest 40 of 46 saves." in page
    assert "143.0 144.0 d Count 44" in page
    assert "103.0 104.0" not in page
    assert "104.0 105.0 d Count 5" in page


def test_a_quarter_that_is_partly_in_names_the_inputs_still_owed_and_their_owner(
    reader: Client, strategy: Strategy
) -> None:
    anna = make_person("anna@example.com", "department_head", department="OPS")
    strategy.payables.owner = anna
    strategy.payables.save(update_fields=["owner"])
    aim(strategy.cycle, label="2026-Q2", baseline="100", target="50")
    record(figure(strategy.stock, "2026-Q2", "120"))
    refresh_scores(path="task", full=True)
    owed = "KPI PAYABLES (Department OPS, Anna)"

    assert headline(reader, "/objectives/CASH/?period=2026-Q2") == (
        f"Objective CASH has no score for Q2 FY26 yet: it waits for {owed}"
    )
    objective = text(reader, "/objectives/CASH/?period=2026-Q2")
    assert "It waits for 1 figure KPI PAYABLES Department OPS, Anna" in objective
    assert f"It waits for {owed}." in text(reader, "/kpis/CYCLE/?period=2026-Q2")
    assert f"It waits for {owed}." in text(reader, "/enterprise/?period=2026-Q2")
    assert f"Department OPS has no score for Q2 FY26 yet: it waits for {owed}" in text(
        reader, "/departments/OPS/?period=2026-Q2"
    )


def test_a_draft_is_shown_to_nobody_on_a_kpi_page(reader: Client, strategy: Strategy) -> None:
    record(figure(strategy.stock, "2026-Q1", "777", status="draft"), path="form")
    assert ActualRevision.objects.filter(status="draft").exists()

    assert "777" not in text(reader, "/kpis/STOCK/")


def test_figures_that_are_not_approved_make_scores_provisional(
    reader: Client, strategy: Strategy
) -> None:
    record(figure(strategy.stock, "2026-Q1", "110", status="submitted", why="Counted again"))
    refresh_scores(path="task")

    assert "from figures not approved yet" in text(reader, "/kpis/CYCLE/")
    assert "some not approved yet" in text(reader, "/enterprise/")


@pytest.mark.parametrize("path", PAGES)
def test_links_keep_the_context_of_a_page(reader: Client, path: str) -> None:
    page = unescape(reader.get(f"{path}?period=2026&compare=last-year").content.decode())

    links = re.findall(r'href="(/(?:kpis|objectives|departments|enterprise)/[^"]*)"', page)
    assert links
    assert [one for one in links if "period=2026&compare=last-year" not in one] == []


@pytest.mark.parametrize("path", PAGES)
def test_defaults_stay_out_of_addresses(reader: Client, path: str) -> None:
    page = reader.get(path).content.decode()

    # A file says what it holds even where that is the default; without it, it holds everything.
    pages = page.replace('href="/scores.csv?', 'href="')
    assert not re.findall(r'href="/[^"]*(?:period|entity|compare)=', pages)


@pytest.mark.parametrize("query", ["?period=2031-Q1", "?period=x", "?entity=NOWHERE"])
@pytest.mark.parametrize("path", PAGES)
def test_a_context_that_is_not_there_is_absent(reader: Client, path: str, query: str) -> None:
    assert reader.get(path + query).status_code == 404


def test_a_page_opens_at_the_latest_period_that_has_ended_and_may_show_another(
    reader: Client,
) -> None:
    assert "Q1 FY26" in text(reader, "/kpis/CYCLE/")
    assert headline(reader, "/enterprise/?period=2026-Q2") == (
        "Nothing is scored for Q2 FY26 yet: figures are in up to 31 Mar 2026"
    )


def test_a_period_of_which_too_little_is_known_leads_to_the_last_that_can_be_told(
    reader: Client, strategy: Strategy
) -> None:
    record(figure(strategy.stock, "2026-Q2", "110"))
    refresh_scores(path="task")

    for path in ("/", "/enterprise/", "/objectives/CASH/", "/departments/OPS/", "/kpis/CYCLE/"):
        page = text(reader, path)
        assert "Q1 FY26 is the last period with enough figures" in page
        assert f'href="{path}?period=2026-Q1">Show Q1 FY26' in reader.get(path).content.decode()
        assert "last period with enough" not in text(reader, f"{path}?period=2026-Q1")
    assert "1 of 4 figures is in for Q2 FY26; too early to tell" in text(reader, "/enterprise/")
    assert "enough figures: 53.8 Off track Show Q1 FY26" in text(reader, "/")
    assert "Objectives, Q2 FY26" in text(reader, "/")
    assert "no score yet" in text(reader, "/objectives/CASH/")


def test_entities_can_be_chosen_where_there_are_several(reader: Client, strategy: Strategy) -> None:
    assert "pick-entity" not in reader.get("/enterprise/").content.decode()

    make_entity("PLANT")

    page = reader.get("/enterprise/?entity=PLANT").content.decode()
    assert '<option value="PLANT" selected>' in page
    assert '<option value="">Group</option>' in page


def test_against_the_past_figures_are_compared_with_themselves(
    reader: Client, strategy: Strategy
) -> None:
    record(figure(strategy.stock, "2026-Q2", "130"), figure(strategy.payables, "2026-Q2", "40"))
    refresh_scores(path="task")

    path = "/kpis/CYCLE/?compare=last-period"

    assert headline(reader, path) == (
        "KPI CYCLE is 10.0 days above the period before, which is worse"
    )


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_swaps_its_scores_asks_for_them_alone(reader: Client, path: str) -> None:
    headers = {"HX-Request": "true", "HX-Target": "scores"}

    page, fragment = reader.get(path), reader.get(path, headers=headers)

    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()
    assert "<h1>" in fragment.content.decode()
    assert "HX-Target" in page["Vary"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_little_of_the_database(
    reader: Client, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    most = {"/kpis/CYCLE/": 10, "/departments/OPS/": 9, "/departments/": 9}.get(path, 8)

    with django_assert_max_num_queries(SIGNED_IN + most):
        reader.get(path)


def test_the_number_of_queries_does_not_grow_with_the_cascade(
    reader: Client, strategy: Strategy, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        link(strategy.cash, make_kpi(f"MORE-{number}").node)

    with django_assert_max_num_queries(SIGNED_IN + 8):
        reader.get("/enterprise/")


def test_the_freshness_line_tells_a_page_of_other_scores(reader: Client) -> None:
    run = RecomputeRun.objects.latest("pk")
    same = reader.get(f"/freshness/?version={run.pk}")
    other = reader.get(f"/freshness/?version={run.pk + 1}")

    assert "HX-Trigger-After-Swap" not in same
    assert other["HX-Trigger-After-Swap"] == "scores-changed"
    assert "calculated by the worker" in words(same.content.decode())


def test_a_change_shows_at_once_that_scores_are_being_recalculated(
    reader: Client, strategy: Strategy
) -> None:
    record(figure(strategy.stock, "2026-Q1", "110", why="Counted again"))

    page = reader.get("/enterprise/").content.decode()

    assert "Recalculating; figures shown are from" in page
    assert "data-outstanding" in page


def test_an_empty_installation_says_how_to_begin(client: Client, db: None) -> None:
    client.force_login(make_person("admin@example.com", "finance_admin"))

    for path in ["/", "/enterprise/", "/departments/"]:
        assert "import_cascade PATH" in text(client, path)


def test_an_organisation_without_a_cascade_says_so_too(client: Client) -> None:
    make_organisation()
    client.force_login(make_person("viewer@example.com", "viewer"))

    page = text(client, "/enterprise/")

    assert "There is no cascade here yet" in page
    assert "import_cascade" not in page


def test_runs_tell_when_why_and_how_long(client: Client, strategy: Strategy) -> None:
    client.force_login(make_person("auditor@example.com", "auditor"))

    page = text(client, "/runs/")

    assert "Done" in page
    assert "everything" in page
    assert "ms" in page
