"""Ask for fresh scores: written with the change, woken after it, broker or not."""

from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from kpialign import patience
from kpialign.celery import app
from organisation.models import RecomputeRequest, User
from organisation.selectors import outstanding_requests
from organisation.services import recompute
from organisation.services.recompute import Change, request_recompute, request_recomputes

Sent = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    messages: Sent = []
    monkeypatch.setattr(app, "send_task", lambda name, **kwargs: messages.append((name, kwargs)))
    return messages


@pytest.fixture
def broker_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(app, "send_task", refuse)


def test_a_request_says_what_changed_who_and_why(head: User) -> None:
    request_recompute(kind="actual", key="DIO", entity="PLANT", by=head, why="submitted")

    row = outstanding_requests().get()
    assert (row.kind, row.key, row.entity_key, row.requested_by, row.why, row.handled_at) == (
        "actual",
        "DIO",
        "PLANT",
        head,
        "submitted",
        None,
    )


def test_the_worker_is_woken_after_the_commit_and_once_for_many(
    sent: Sent,
    head: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request_recomputes(
            [Change("actual", "DIO", "PLANT"), Change("node", "CCC")], by=head, why="import"
        )
        assert sent == []

    assert [name for name, _ in sent] == ["dashboards.refresh_scores"]
    assert sent[0][1]["expires"] == recompute.WAKE_UP_EXPIRES
    assert [str(row) for row in outstanding_requests()] == [
        "an actual DIO PLANT",
        "a definition or link CCC",
    ]


def test_nothing_to_recompute_wakes_nobody(
    sent: Sent, db: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request_recomputes([], by=None, why="import")

    assert sent == []


def test_an_unknown_kind_is_refused(db: None) -> None:
    with pytest.raises(ValueError, match="weather"):
        request_recompute(kind="weather", key="DIO", by=None, why="")


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_costs_the_change_nothing(
    broker_down: None, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction.atomic():
        request_recompute(kind="all", key="", by=None, why="import")

    assert outstanding_requests().count() == 1
    assert "the next tick will find the work" in caplog.text


def test_a_broker_that_swallows_everything_holds_a_page_up_for_less_than_five_seconds() -> None:
    tries = 1 + recompute.PUBLISH_RETRIES["max_retries"]
    kept_connection = 1  # found dead before the first try

    assert (kept_connection + tries) * patience.BROKER["socket_timeout"] < 5


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_undone_asks_for_nothing(sent: Sent) -> None:
    with transaction.atomic():
        request_recompute(kind="all", key="", by=None, why="import")
        transaction.set_rollback(True)

    assert not RecomputeRequest.objects.exists()
    assert sent == []


def test_a_settled_request_is_outstanding_no_more_and_settled_once(db: None) -> None:
    request_recomputes([Change("node", "A"), Change("node", "B")], by=None, why="edit")
    first, second = outstanding_requests()

    assert recompute.settle_requests([first.pk]) == 1
    assert recompute.settle_requests([first.pk, second.pk]) == 1
    assert not outstanding_requests().exists()
