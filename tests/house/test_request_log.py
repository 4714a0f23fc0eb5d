"""Each request has an id: in the log, in its answer, and in the tasks it asks for."""

import logging
from collections.abc import Callable

import pytest
import structlog
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from kpialign.celery import app
from kpialign.logs import hide_secrets, is_no_probe
from kpialign.request_log import RequestLog
from organisation.services.recompute import wake_worker

Lines = list[dict[str, object]]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], Lines]:
    caplog.set_level(logging.INFO, logger="django_structlog")
    return lambda: [record.msg for record in caplog.records if isinstance(record.msg, dict)]


def through(view: Callable[[HttpRequest], HttpResponse], request: HttpRequest) -> HttpResponse:
    answer = RequestLog(login_not_required(view))(request)
    assert isinstance(answer, HttpResponse)
    return answer


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def test_the_answer_carries_the_id_of_its_lines(
    client: Client, db: None, lines: Callable[[], Lines]
) -> None:
    answer = client.get("/account/login/")

    told = {(line["event"], line["request_id"]) for line in lines()}
    assert told == {
        ("request_started", answer["X-Request-ID"]),
        ("request_finished", answer["X-Request-ID"]),
    }


def test_two_requests_have_two_ids_whatever_they_claim(client: Client, db: None) -> None:
    first, second = (
        client.get("/account/login/", headers={"x-request-id": "mine"})["X-Request-ID"]
        for _ in range(2)
    )

    assert len({first, second, "mine"}) == 3


def test_a_task_that_a_request_asks_for_carries_its_id() -> None:
    def asking(request: HttpRequest) -> HttpResponse:
        wake_worker()
        return HttpResponse()

    with app.connection_for_read() as broker, broker.SimpleQueue("celery") as queue:
        queue.clear()
        answer = through(asking, RequestFactory().get("/"))
        message = queue.get(timeout=2)
        message.ack()

    assert message.headers["__django_structlog__"]["request_id"] == answer["X-Request-ID"]


@pytest.mark.parametrize(("proxies", "client_is"), [(0, "127.0.0.1"), (1, "192.0.2.5")])
def test_the_client_is_the_one_that_a_trusted_proxy_names(
    settings: Settings, lines: Callable[[], Lines], proxies: int, client_is: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    through(nothing, RequestFactory().get("/", headers={"x-forwarded-for": "10.9.9.9, 192.0.2.5"}))

    assert {line["ip"] for line in lines()} == {client_is}


@pytest.mark.parametrize("header", ["not an address", "10.9.9.9"])
def test_a_header_that_makes_no_sense_stops_no_request(
    settings: Settings, lines: Callable[[], Lines], header: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2

    answer = through(nothing, RequestFactory().get("/", headers={"x-forwarded-for": header}))

    assert answer.status_code == 200
    assert {line["ip"] for line in lines()} == {"127.0.0.1"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_writes_no_line_however_it_is_answered(
    client: Client,
    db: None,
    lines: Callable[[], Lines],
    caplog: pytest.LogCaptureFixture,
    path: str,
) -> None:
    client.get(path)

    assert not {"request_started", "request_finished"} & {line["event"] for line in lines()}
    of_django = [record for record in caplog.records if record.name == "django.request"]
    assert not any(is_no_probe(record) for record in of_django)


def test_nothing_of_a_request_stays_for_the_next() -> None:
    through(nothing, RequestFactory().get("/"))

    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("GET /api/v1/kpis/?token=kpa_Y7w-_CpaF&page=1", "GET /api/v1/kpis/?token=kpa_...&page=1"),
        ("GET /welcome/abc-123/", "GET /welcome/.../"),
    ],
)
def test_what_lets_somebody_in_is_not_in_the_log(written: str, kept: str) -> None:
    assert hide_secrets(None, "info", {"request": written, "code": 401}) == {
        "request": kept,
        "code": 401,
    }
