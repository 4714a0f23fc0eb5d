"""The product says whether it is ready, and only to those who run it what is not."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dashboards.models import WorkerHeartbeat
from kpialign.celery import app
from kpialign.readiness import readiness
from tests.factories import make_organisation, make_person
from tests.house.test_settings import run_python

OUTSIDE = "203.0.113.7"
ALL_READY = "ready\ndatabase: ready\nmigrations: ready\nbroker: ready\nworker: ready\n"
ASK_WITHOUT_DATABASE = """
import django
django.setup()
from django.test import Client
client = Client(headers={"host": "127.0.0.1"}, REMOTE_ADDR="%s")
client.cookies["sessionid"] = "a" * 32
for path in ("/healthz", "/readyz"):
    answer = client.get(path)
    print(answer.status_code, answer.content.decode(), end="")
"""


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    readiness.forget()
    yield
    readiness.forget()


@pytest.fixture
def worker(db: None) -> WorkerHeartbeat:
    make_organisation()
    return WorkerHeartbeat.objects.create(name="worker")


def seen(worker: WorkerHeartbeat, *, seconds_ago: float) -> None:
    worker.at = timezone.now() - timedelta(seconds=seconds_ago)
    worker.save(update_fields=["at"])


def test_all_that_works_is_ready(client: Client, worker: WorkerHeartbeat) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.content.decode()) == (200, ALL_READY)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("asked_from", [OUTSIDE, "10.0.0.1", "::ffff:10.0.0.1", ""])
def test_from_outside_nobody_learns_the_parts(worker: WorkerHeartbeat, asked_from: str) -> None:
    answer = Client(REMOTE_ADDR=asked_from).get("/readyz")

    assert (answer.status_code, answer.content) == (200, b"ready\n")


@pytest.mark.parametrize("header", ["forwarded", "via", "x-forwarded-for", "x-real-ip"])
def test_what_a_proxy_on_this_machine_brings_is_not_from_this_machine(
    client: Client, worker: WorkerHeartbeat, header: str
) -> None:
    answer = client.get("/readyz", headers={header: "127.0.0.1"})

    assert answer.content == b"ready\n"


@pytest.mark.parametrize("asked_from", ["127.0.0.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_learns_the_parts(worker: WorkerHeartbeat, asked_from: str) -> None:
    assert Client(REMOTE_ADDR=asked_from).get("/readyz").content.decode() == ALL_READY


@pytest.mark.parametrize(
    ("role", "learns"), [("system_admin", True), ("finance_admin", False), ("auditor", False)]
)
def test_only_a_system_admin_learns_the_parts_from_outside(
    worker: WorkerHeartbeat, role: str, *, learns: bool
) -> None:
    client = Client(REMOTE_ADDR=OUTSIDE)
    client.force_login(make_person("asking@example.com", role))

    assert client.get("/readyz").content.decode() == (ALL_READY if learns else "ready\n")


def test_a_worker_that_was_seen_lately_is_ready(client: Client, worker: WorkerHeartbeat) -> None:
    seen(worker, seconds_ago=28)

    assert client.get("/readyz").status_code == 200


def test_a_silent_worker_is_named(client: Client, worker: WorkerHeartbeat) -> None:
    seen(worker, seconds_ago=31)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.content.decode() == ALL_READY.replace("ready\n", "not ready\n", 1).replace(
        "worker: ready", "worker: silent for 31 s"
    )


def test_without_any_heartbeat_nothing_is_ready(client: Client, db: None) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert b"worker: no heartbeat yet" in answer.content


def test_a_database_older_than_the_code_is_not_ready(
    client: Client, worker: WorkerHeartbeat
) -> None:
    MigrationRecorder(connection).record_unapplied("dashboards", "0001_initial")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert b"migrations: 1 not applied" in answer.content


def test_a_broker_that_is_gone_is_named(client: Client, worker: WorkerHeartbeat) -> None:
    app.conf.update(broker_url="redis://127.0.0.1:1/0")
    try:
        answer = client.get("/readyz")
    finally:
        app.conf.update(broker_url="memory://")

    assert answer.status_code == 503
    assert b"broker: the broker does not answer" in answer.content


def test_asking_often_costs_no_more_than_asking_once(
    client: Client, worker: WorkerHeartbeat, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(16):
        first = client.get("/readyz").content
        repeated = {client.get("/readyz").content for _ in range(20)}

    assert repeated == {first}


@pytest.mark.parametrize(("asked_from", "tells"), [("127.0.0.1", True), (OUTSIDE, False)])
def test_without_a_database_the_answer_is_a_calm_no(
    tmp_path_factory: pytest.TempPathFactory, asked_from: str, *, tells: bool
) -> None:
    done = run_python(
        ASK_WITHOUT_DATABASE % asked_from,
        KPIALIGN_VAR=str(tmp_path_factory.mktemp("var")),
        DATABASE_URL="postgres://nobody@127.0.0.1:1/none",
        SECRET_KEY="from-outside",
    )

    told = done.stdout.splitlines()
    assert told[:2] == ["200 alive", "503 not ready"]
    assert ("database: the database gives no answer" in told) is tells
    assert ("worker: the database gives no answer" in told) is tells
    assert "Traceback" not in done.stdout + done.stderr


def test_the_log_tells_once_what_begins_to_fail_and_once_that_it_works_again(
    client: Client, worker: WorkerHeartbeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kpialign.readiness.REMEMBERED_FOR", 0)

    with structlog.testing.capture_logs() as lines:
        for seconds_ago in (1, 40, 40, 40, 1, 1):
            seen(worker, seconds_ago=seconds_ago)
            client.get("/readyz")

    assert lines == [
        {"event": "ready", "log_level": "info"},
        {"event": "not_ready", "log_level": "warning", "worker": "silent for 40 s"},
        {"event": "ready", "log_level": "info"},
    ]


@pytest.mark.parametrize("part", ["worker", "beat"])
def test_the_check_of_a_container_names_a_silent_part(worker: WorkerHeartbeat, part: str) -> None:
    WorkerHeartbeat.objects.update(name=part)
    call_command("check_heartbeat", part)

    WorkerHeartbeat.objects.update(at=timezone.now() - timedelta(seconds=40))

    with pytest.raises(CommandError, match=f"The {part}: silent for 40 s"):
        call_command("check_heartbeat", part)


def test_the_check_of_a_container_says_when_it_cannot_know(tmp_path: Path) -> None:
    done = run_python(
        "from django.core.management import execute_from_command_line as run\n"
        "run(['manage.py', 'check_heartbeat', 'worker'])",
        KPIALIGN_VAR=str(tmp_path / "var"),
    )

    assert done.returncode == 1
    assert done.stderr == "CommandError: The worker: the database gives no answer.\n"


def test_asking_changes_nothing(client: Client, db: None) -> None:
    assert client.post("/readyz").status_code == 405
