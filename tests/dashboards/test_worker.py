"""The worker does what is outstanding, however often and however late it is woken."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from dashboards import tasks
from dashboards.models import RecomputeRun, WorkerHeartbeat
from dashboards.services.lease import begin_run
from dashboards.services.worker import drain
from organisation.selectors import outstanding_requests
from tests.dashboards.cascade import make_cascade, stored, stored_bytes
from tests.dashboards.statements import refusing
from tests.factories import figure, record

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.get_current_timezone())


@pytest.mark.django_db
def test_a_wake_up_that_comes_three_times_does_its_work_once() -> None:
    make_cascade()

    runs = [tasks.refresh_scores() for _ in range(3)]

    assert runs == [1, 0, 0]
    assert stored("SPEED").score == 70


@pytest.mark.django_db
def test_a_tick_does_what_a_lost_wake_up_left_undone() -> None:
    make_cascade()

    tasks.tick()

    assert stored("SPEED").score == 70
    assert not outstanding_requests().exists()


@pytest.mark.django_db
def test_two_ticks_in_a_row_change_nothing() -> None:
    make_cascade()
    tasks.tick()
    before = stored_bytes()

    tasks.tick()

    assert stored_bytes() == before
    assert RecomputeRun.objects.count() == 1


@pytest.mark.django_db
def test_a_tick_shows_that_worker_and_beat_live() -> None:
    with time_machine.travel(NOW, tick=False):
        tasks.tick()

    assert dict(WorkerHeartbeat.objects.values_list("name", "at")) == {"beat": NOW, "worker": NOW}


@pytest.mark.django_db
def test_a_worker_leaves_the_work_to_the_run_that_holds_the_lease() -> None:
    make_cascade()
    begin_run(path="command", full=False)

    assert drain() == 0
    assert outstanding_requests().exists()


@pytest.mark.django_db
def test_what_failed_is_tried_again_after_longer_and_longer_waits() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        make_cascade()
        tried: list[int] = []
        with refusing('INTO "dashboards_scoreblock"'):
            for second in range(80):
                clock.move_to(NOW + timedelta(seconds=second))
                drain()
                if RecomputeRun.objects.count() > len(tried):
                    tried.append(second)

    assert tried == [0, 5, 15, 35, 75]


@pytest.mark.django_db
def test_a_new_change_is_tried_at_once_after_a_failure() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        cascade = make_cascade()
        with refusing('INTO "dashboards_scoreblock"'):
            drain()
        clock.move_to(NOW + timedelta(seconds=1))
        assert drain() == 0

        record(figure(cascade.lead_time, "2026-Q1", "60"))

        assert drain() == 1
        assert stored("SPEED").score == 75
