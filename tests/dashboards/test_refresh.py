"""A recompute writes what a change reaches, once, whole or not at all."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from dashboards.blocks import FORMAT
from dashboards.errors import LeaseHeldError, LeaseLostError, RecomputeFailedError
from dashboards.models import RecomputeLease, RecomputeRun, ScoreBlock
from dashboards.services.lease import begin_run, renew
from dashboards.services.refresh import refresh_scores
from organisation.models import RecomputeRequest
from organisation.selectors import outstanding_requests
from organisation.services.recompute import request_recompute
from tests.dashboards.cascade import aim, make_cascade, stored, stored_bytes
from tests.dashboards.statements import before, refusing, refusing_number
from tests.factories import figure, record

State = RecomputeRun.State


def begun() -> tuple[RecomputeRun, int]:
    """Begin a run that does not get on."""
    run = begin_run(path="task", full=True)
    assert run is not None
    return run


def take_over() -> int:
    """Let another run take the lease, as it may once this one's has expired."""
    RecomputeLease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    return begun()[1]


def settle_all() -> None:
    """Let another run do all there is to do."""
    RecomputeRequest.objects.update(handled_at=timezone.now())


@pytest.mark.django_db
def test_a_changed_figure_moves_the_score_of_its_objective() -> None:
    cascade = make_cascade()
    refresh_scores(path="task")
    assert stored("SPEED").score == 70

    record(figure(cascade.lead_time, "2026-Q1", "60"))
    run = refresh_scores(path="task")

    assert stored("SPEED").score == 75
    assert run is not None
    assert (run.is_full, run.node_count, run.state) == (False, 2, State.DONE)
    # Nothing but the quarter, its months that hold it, its year: one block each.
    assert run.changed_block_count == ScoreBlock.objects.count()


@pytest.mark.django_db
def test_nothing_runs_where_nothing_is_outstanding() -> None:
    make_cascade()
    refresh_scores(path="task")

    assert refresh_scores(path="task") is None
    assert RecomputeRun.objects.count() == 1


@pytest.mark.django_db
def test_nothing_runs_where_another_run_was_faster() -> None:
    make_cascade()

    with before('UPDATE "dashboards_recomputelease" SET "number"', settle_all):
        run = refresh_scores(path="task")

    assert run is None
    assert not RecomputeRun.objects.exists()
    assert RecomputeLease.objects.get().expires_at is None


@pytest.mark.django_db
def test_a_request_for_a_node_that_is_not_there_is_settled() -> None:
    make_cascade()
    refresh_scores(path="task")
    request_recompute(kind="node", key="NOTHING", by=None, why="")

    run = refresh_scores(path="task")

    assert run is not None
    assert run.state == State.DONE
    assert not outstanding_requests().exists()


@pytest.mark.django_db
def test_all_outstanding_changes_are_done_by_one_run() -> None:
    cascade = make_cascade()
    refresh_scores(path="task")
    record(figure(cascade.lead_time, "2026-Q1", "60"))
    record(figure(cascade.delivery, "2026-Q1", "100"))
    aim(cascade.lead_time, "120")

    run = refresh_scores(path="task")

    assert run is not None
    assert run.request_count == 3
    assert stored("SPEED").score == 87.5
    assert not outstanding_requests().exists()


@pytest.mark.django_db
def test_a_change_that_comes_while_a_run_computes_waits_for_the_next_run() -> None:
    cascade = make_cascade()
    refresh_scores(path="task")
    record(figure(cascade.lead_time, "2026-Q1", "60"))

    with before(
        'UPDATE "dashboards_scoreblock"',
        lambda: record(figure(cascade.delivery, "2026-Q1", "100")),
    ):
        refresh_scores(path="task")

    assert stored("SPEED").score == 75
    assert outstanding_requests().count() == 1
    refresh_scores(path="task")
    assert stored("SPEED").score == 90


@pytest.mark.django_db
def test_a_figure_of_a_new_period_computes_everything_anew() -> None:
    cascade = make_cascade()
    refresh_scores(path="task")
    aim(cascade.lead_time, "100", "2026-Q2")
    record(figure(cascade.lead_time, "2026-Q2", "50"))

    run = refresh_scores(path="task")

    assert run is not None
    assert run.is_full
    assert stored("SPEED", "2026-Q2").score == 50


@pytest.mark.django_db
def test_scores_go_when_the_last_figure_goes() -> None:
    cascade = make_cascade()
    refresh_scores(path="task")
    record(figure(cascade.lead_time, "2026-Q1", None), figure(cascade.delivery, "2026-Q1", None))

    refresh_scores(path="task")

    assert not ScoreBlock.objects.exists()


@pytest.mark.django_db
def test_a_held_lease_keeps_a_second_run_away() -> None:
    make_cascade()
    begun()

    with pytest.raises(LeaseHeldError):
        refresh_scores(path="task")

    assert outstanding_requests().exists()
    assert not ScoreBlock.objects.exists()


@pytest.mark.django_db
def test_the_lease_of_a_run_that_died_expires_and_its_work_is_done() -> None:
    make_cascade()
    dead, _ = begun()
    RecomputeLease.objects.update(expires_at=timezone.now())

    run = refresh_scores(path="task")

    dead.refresh_from_db()
    assert dead.state == State.ABANDONED
    assert run is not None
    assert run.state == State.DONE
    assert stored("SPEED").score == 70


@pytest.mark.django_db
def test_a_lease_from_before_the_clock_was_set_back_holds_nobody_up() -> None:
    make_cascade()
    begun()
    RecomputeLease.objects.update(expires_at=timezone.now() + timedelta(hours=1))

    assert refresh_scores(path="task") is not None


@pytest.mark.django_db
def test_a_run_that_was_overtaken_writes_nothing() -> None:
    cascade = make_cascade()
    refresh_scores(path="task")
    record(figure(cascade.lead_time, "2026-Q1", "60"))
    held = stored_bytes()

    with (
        pytest.raises(LeaseLostError),
        before('UPDATE "dashboards_recomputelease" SET "expires_at"', take_over),
    ):
        refresh_scores(path="task")

    assert stored_bytes() == held
    assert outstanding_requests().count() == 1


@pytest.mark.django_db
def test_the_number_of_an_older_lease_renews_nothing() -> None:
    make_cascade()
    _, old = begun()
    new = take_over()

    with pytest.raises(LeaseLostError):
        renew(old)

    renew(new)


@pytest.mark.django_db
def test_a_failed_run_says_why_and_leaves_its_work_outstanding() -> None:
    make_cascade()

    with refusing('INTO "dashboards_scoreblock"'), pytest.raises(RecomputeFailedError):
        refresh_scores(path="task")

    run = RecomputeRun.objects.get()
    assert (run.state, run.error) == (State.FAILED, "OperationalError: the disk is full")
    assert outstanding_requests().exists()
    assert refresh_scores(path="task") is not None  # the lease was given back


@pytest.mark.django_db
def test_scores_stored_in_another_format_are_unknown_until_all_are_rebuilt() -> None:
    make_cascade()
    refresh_scores(path="task")
    for block in ScoreBlock.objects.all():
        old = bytes([FORMAT + 1]) + bytes(block.data)[1:]
        ScoreBlock.objects.filter(pk=block.pk).update(data=old)
    RecomputeLease.objects.update(block_format=FORMAT + 1)
    assert not stored("SPEED").is_scored

    run = refresh_scores(path="task")

    assert run is not None
    assert run.is_full
    assert stored("SPEED").score == 70


@pytest.mark.django_db(transaction=True)
def test_a_run_broken_at_any_statement_writes_all_or_nothing() -> None:
    cascade = make_cascade()
    refresh_scores(path="task")
    wanted = {}
    for value in ("60", "40"):
        record(figure(cascade.lead_time, "2026-Q1", value))
        refresh_scores(path="task")
        wanted[value] = stored_bytes()
    number, tried = 0, 0
    while tried >= number:
        number += 1
        record(figure(cascade.lead_time, "2026-Q1", "60"))
        with refusing_number(number) as statements, suppress(RecomputeFailedError, DatabaseError):
            refresh_scores(path="task")
        tried = len(statements)
        is_outstanding = outstanding_requests().exists()
        assert stored_bytes() == wanted["40" if is_outstanding else "60"], statements[number - 1]
        RecomputeLease.objects.update(expires_at=None)
        refresh_scores(path="task")
        assert stored_bytes() == wanted["60"]
        record(figure(cascade.lead_time, "2026-Q1", "40"))
        refresh_scores(path="task")
    assert number > 30
    assert RecomputeRequest.objects.filter(handled_at=None).count() == 0
