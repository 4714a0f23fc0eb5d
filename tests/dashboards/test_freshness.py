"""Pages can tell how fresh the scores are without asking much of the database."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboards.models import WorkerHeartbeat
from dashboards.selectors.freshness import freshness
from dashboards.services.refresh import refresh_scores
from dashboards.services.worker import drain, note_heartbeat
from tests.dashboards.cascade import make_cascade
from tests.dashboards.statements import refusing
from tests.factories import figure, record

pytestmark = pytest.mark.django_db


def test_before_anything_is_there_nothing_is_known() -> None:
    found = freshness()

    assert (found.outstanding_count, found.refreshed_at, found.version) == (0, None, 0)
    assert found.worker_is_silent


def test_a_change_makes_the_scores_outdated_until_they_are_recomputed() -> None:
    cascade = make_cascade()
    refresh_scores(path="task")
    first = freshness()
    record(figure(cascade.lead_time, "2026-Q1", "60"))

    outdated = freshness()
    refresh_scores(path="task")
    current = freshness()

    assert (first.is_current, outdated.is_current, current.is_current) == (True, False, True)
    assert outdated.version == first.version
    assert current.version > first.version
    assert current.by_path == "task"
    assert current.reporting_on == date(2026, 3, 31)


def test_a_failure_is_told_until_a_run_succeeds() -> None:
    make_cascade()
    with refusing('INTO "dashboards_scoreblock"'):
        drain()
    failed = freshness().failed_error

    refresh_scores(path="command")

    assert failed == "OperationalError: the disk is full"
    assert freshness().failed_error == ""


def test_a_worker_that_was_not_seen_for_a_while_is_silent() -> None:
    make_cascade()
    refresh_scores(path="task")
    note_heartbeat("worker")
    assert not freshness().worker_is_silent

    WorkerHeartbeat.objects.update(at=timezone.now() - timedelta(minutes=1))

    assert freshness().worker_is_silent


def test_freshness_is_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_cascade()
    refresh_scores(path="task")

    with django_assert_num_queries(1):
        freshness()
