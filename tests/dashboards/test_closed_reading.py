"""What is closed is told as it stood then, whatever is edited later."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboards.models import ScoreSnapshot
from dashboards.selectors.board import page_board
from dashboards.selectors.explanations import explained_score
from dashboards.selectors.standing import standing
from dashboards.services.refresh import refresh_scores
from kpialign.interchange.editing import edit_rows
from kpis.models import KPI, PeriodState, PlanVersion, Reopening
from organisation.models import Entity
from tests.dashboards.cascade import aim, make_cascade, stored
from tests.dashboards.commands import exported, run
from tests.dashboards.test_closing import close, weights
from tests.factories import figure, make_department, make_person, period, record

Q1 = "2026-Q1"


def edit(**rows: list[dict[str, str]]) -> None:
    """Change rows as a form does."""
    edit_rows(rows=rows, by=None, path="form")


def new_weights() -> None:
    edit(links=weights("1", "9"))


def new_thresholds() -> None:
    edit(settings=[{"key": "on_track", "value": "65"}, {"key": "at_risk", "value": "60"}])


def archive() -> None:
    edit(kpis=[{"code": "LEAD-TIME", "state": "archived"}])


def archive_objective() -> None:
    edit(objectives=[{"code": "SPEED", "state": "archived"}])


def new_direction() -> None:
    edit(kpis=[{"code": "LEAD-TIME", "direction": "lower"}])


def new_aggregation() -> None:
    edit(objectives=[{"code": "SPEED", "aggregation": "weakest"}])


def new_department() -> None:
    make_department("SALES")
    edit(kpis=[{"code": "LEAD-TIME", "department": "SALES"}])


def figures_of_the_next_quarter() -> None:
    kpi = lead_time()
    aim(kpi, "10", "2026-Q2")
    record(figure(kpi, "2026-Q2", "3"))


def lead_time() -> KPI:
    return KPI.objects.select_related("node").get(node__code="LEAD-TIME")


def another_child() -> None:
    edit(
        kpis=[
            {
                "code": "SCRAP",
                "name": "Scrap",
                "category": "operational",
                "department": "OPS",
                "direction": "lower",
                "frequency": "quarterly",
                "time_rollup": "sum",
            }
        ],
        links=[*weights("3", "1"), {"parent": "SPEED", "child": "SCRAP", "weight": "5"}],
    )


EDITS = [
    new_weights,
    new_thresholds,
    archive,
    archive_objective,
    new_direction,
    new_aggregation,
    new_department,
    figures_of_the_next_quarter,
    another_child,
]


def told(folder: Path) -> tuple[object, ...]:
    """Tell all that commands say of the first quarter."""
    scores = exported(folder, "--period", Q1)
    departments = run("export_scores", "--period", Q1, "--departments")
    explained = json.loads(run("explain_score", "SPEED", "--period", Q1, "--format", "json"))
    return scores, departments, explained


@pytest.mark.django_db
@pytest.mark.parametrize("change", EDITS, ids=lambda change: str(change.__name__))
@pytest.mark.parametrize("full", [True, False], ids=["full", "incremental"])
def test_a_closed_period_is_told_alike_after_an_edit(
    change: Callable[[], None], tmp_path: Path, *, full: bool
) -> None:
    make_cascade()
    refresh_scores(path="task")
    close(Q1)
    before = told(tmp_path)

    change()
    refresh_scores(path="command", full=full)

    assert told(tmp_path) == before


@pytest.mark.django_db
@pytest.mark.parametrize("change", [new_weights, archive, new_aggregation])
def test_an_open_period_follows_the_same_edits(change: Callable[[], None], tmp_path: Path) -> None:
    make_cascade()
    refresh_scores(path="task")
    before = told(tmp_path)

    change()
    refresh_scores(path="command")

    assert told(tmp_path) != before


@pytest.mark.django_db
def test_the_explanation_of_a_closed_score_adds_up_with_the_weights_it_had() -> None:
    make_cascade()
    close(Q1)
    new_weights()

    explained = explained_score("SPEED", Entity.objects.get(), period(Q1))

    assert explained is not None
    terms = explained.explanation.terms
    assert [(term.of.code, term.weight) for term in terms] == [
        ("DELIVERY", 0.75),
        ("LEAD-TIME", 0.25),
    ]
    assert sum(term.product for term in terms) == explained.explanation.score == 70


@pytest.mark.django_db
def test_a_reopened_period_is_read_from_scores_again_and_still_knows_its_close() -> None:
    make_cascade()
    close("2026-02")
    assert stored("SPEED", "2026-02").score != stored("SPEED", Q1).score
    close(Q1)
    reopen(Q1)
    cascade_kpi = lead_time()
    record(figure(cascade_kpi, Q1, "80"))
    refresh_scores(path="task", full=True)

    board = page_board({"period": Q1})

    assert board is not None
    assert board.closed is None
    assert board.earlier is not None
    assert board.earlier.is_reopened
    assert board.score("SPEED").score == 80
    was = board.as_closed("SPEED")
    assert was is not None
    assert was.score == 70
    close(Q1)
    again = page_board({"period": Q1})
    assert again is not None
    assert again.closed is not None
    assert (again.closed.number, again.score("SPEED").score) == (2, 80)
    assert again.earlier is not None
    assert (again.earlier.head.number, again.earlier.is_reopened) == (1, False)
    assert ScoreSnapshot.objects.filter(period=period(Q1)).count() == 2


def reopen(label: str) -> None:
    """Reopen a period with all inside, on the record."""
    one, other = make_person("a@x.example"), make_person("b@x.example")
    asked = Reopening.objects.create(
        period=period(label), entity=Entity.objects.get(), asked_by=one, reason="A wrong sign"
    )
    Reopening.objects.filter(pk=asked.pk).update(
        settled_by=other, settled_at=timezone.now(), is_confirmed=True
    )
    states = PeriodState.objects.filter(
        period__start_on__gte=period(label).start_on, period__end_on__lte=period(label).end_on
    )
    states.update(state="open", changed_at=timezone.now())


@pytest.mark.django_db
def test_a_history_mixes_columns_of_closes_and_open_ones() -> None:
    cascade = make_cascade()
    for label, value in (("2026-Q2", "60"), ("2026-Q3", "20")):
        aim(cascade.lead_time, "100", label)
        record(figure(cascade.lead_time, label, value))
    close(Q1)
    new_weights()
    close("2026-Q2")
    archive()
    refresh_scores(path="task")
    quarters = [period(label) for label in (Q1, "2026-Q2", "2026-Q3")]

    found = standing(Entity.objects.get(), quarters)

    assert found.influence(["SPEED"], 0) == {"SPEED": 1, "DELIVERY": 0.75, "LEAD-TIME": 0.25}
    assert found.influence(["SPEED"], 1) == {"SPEED": 1, "LEAD-TIME": 1}
    assert found.influence(["SPEED"], 2) == {"SPEED": 1}
    assert found.department_scores()["OPS"].score.tolist()[:2] == [70, 60]
    assert found.table.at("LEAD-TIME", quarters[1].pk).value == 60
    assert not found.table.at("LEAD-TIME", quarters[2].pk).holds_something


@pytest.mark.django_db
def test_the_first_edit_after_a_close_makes_one_version_for_open_periods() -> None:
    make_cascade()
    close(Q1)

    new_weights()
    new_aggregation()

    old, new = PlanVersion.objects.order_by("number")
    assert (old.number, new.number) == (1, 2)
    assert new.frozen_at is None
    assert str(new.effective_from) == "2026-04-01"
    assert old.links.get(child__code="DELIVERY").weight == Decimal(3)


@pytest.mark.django_db
def test_the_page_of_a_closed_period_shows_what_was_archived_since(client: Client) -> None:
    make_cascade()
    close(Q1)
    archive()
    refresh_scores(path="task")
    client.force_login(make_person("v@x.example", "viewer"))

    closed_page = client.get(f"/kpis/LEAD-TIME/?period={Q1}")

    assert closed_page.status_code == 200
    assert client.get("/kpis/LEAD-TIME/?period=2026").status_code == 404
    assert "KPI LEAD-TIME" in client.get(f"/enterprise/?period={Q1}").content.decode()


@pytest.mark.django_db
def test_a_kpi_that_came_later_is_absent_from_a_closed_period(client: Client) -> None:
    make_cascade()
    close(Q1)
    another_child()
    client.force_login(make_person("v@x.example", "viewer"))

    assert client.get(f"/kpis/SCRAP/?period={Q1}").status_code == 404


def test_pages_say_that_a_period_is_closed_and_what_it_was(client: Client, db: None) -> None:
    make_cascade()
    close(Q1)
    client.force_login(make_person("v@x.example", "viewer"))

    enterprise = client.get(f"/enterprise/?period={Q1}").content.decode()
    assert "by the system, snapshot 1" in enterprise
    assert "As closed" not in enterprise

    reopen(Q1)
    record(figure(lead_time(), Q1, "80"))
    refresh_scores(path="task")
    for path in ("/enterprise/", "/objectives/SPEED/"):
        page = client.get(f"{path}?period={Q1}").content.decode()
        assert "Reopened; closed before on" in page
        assert "As closed: 70.0" in page
    assert "As closed: score 40.0" in client.get(f"/kpis/LEAD-TIME/?period={Q1}").content.decode()
    close(Q1)
    again = client.get(f"/enterprise/?period={Q1}").content.decode()
    assert "snapshot 2" in again
    assert "As closed: 70.0" in again


@pytest.mark.parametrize("path", ["/enterprise/", "/objectives/SPEED/", "/departments/OPS/"])
def test_a_closed_page_asks_little_more_of_the_database(
    client: Client, db: None, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_cascade()
    close("2026-Q1")
    close("2026-Q2")
    new_weights()
    refresh_scores(path="task")
    client.force_login(make_person("v@x.example", "viewer"))

    with django_assert_max_num_queries(4 + 9 + 3 + 4):
        client.get(f"{path}?period={Q1}")


def test_a_node_that_was_not_there_has_no_explanation(db: None) -> None:
    make_cascade()
    close("2026-Q1")

    assert explained_score("NOTHING", Entity.objects.get(), period(Q1)) is None


@pytest.mark.django_db
def test_what_was_not_scored_at_the_close_is_told_so_after_it_was_archived() -> None:
    make_cascade()
    edit(objectives=[{"code": "LATER", "name": "Later"}])
    close(Q1)
    asked = ("explain_score", "LATER", "--period", Q1)
    before = run(*asked)

    edit(objectives=[{"code": "LATER", "state": "archived"}])

    assert run(*asked) == before
