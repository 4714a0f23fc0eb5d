"""Tell whether the product can do its work here: its database, its broker, its worker."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Lock

import structlog
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import Error as DatabaseFault
from django.utils import timezone
from kombu.exceptions import KombuError

from dashboards.models import WorkerHeartbeat
from dashboards.selectors.freshness import SILENCE
from kpialign.celery import app

log = structlog.get_logger(__name__)

REMEMBERED_FOR = 1.0  # seconds: however often somebody asks, the services are asked no oftener
BROKER_PATIENCE = 2.0
DATABASE_PATIENCE = "2s"  # for one statement; a connection has a limit of its own, in the settings

READY = ""
NO_ANSWER = "the database gives no answer"


@dataclass(frozen=True)
class Part:
    """One thing that must work, and in a few words what is wrong with it, if anything."""

    name: str
    trouble: str

    @property
    def is_ready(self) -> bool:
        """Whether it works."""
        return self.trouble == READY


def check() -> tuple[Part, ...]:
    """Try each part once, none of them for long."""
    database = Part("database", _tried(database_trouble))
    return (
        database,
        Part("migrations", _tried(migrations_trouble) if database.is_ready else NO_ANSWER),
        Part("broker", broker_trouble()),
        Part("worker", _tried(worker_trouble) if database.is_ready else NO_ANSWER),
    )


def _tried(trouble: Callable[[], str]) -> str:
    try:
        with _impatient():
            return trouble()
    except DatabaseFault:
        return NO_ANSWER


@contextmanager
def _impatient() -> Iterator[None]:
    """Let PostgreSQL give up soon, as on a locked table; in SQLite a reader never waits."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{DATABASE_PATIENCE}'")
        yield


def database_trouble() -> str:
    """Ask the smallest question; that it is answered is all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return READY


@cache
def migrations_of_the_code() -> frozenset[tuple[str, str]]:
    """Name all migrations that this code comes with."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def migrations_trouble() -> str:
    """Say whether the database is older than the code."""
    missing = migrations_of_the_code() - MigrationRecorder(connection).applied_migrations().keys()
    return f"{len(missing)} not applied" if missing else READY


def broker_trouble() -> str:
    """Say whether the broker takes messages."""
    try:
        with app.connection_for_write(connect_timeout=BROKER_PATIENCE) as broker:
            broker.ensure_connection(
                max_retries=1,
                interval_start=0,
                interval_step=0,
                interval_max=0,
                timeout=BROKER_PATIENCE,
            )
    except (KombuError, OSError):
        return "the broker does not answer"
    return READY


def worker_trouble(name: str = "worker") -> str:
    """Say whether the worker, or the beat, wrote its heartbeat lately."""
    seen = WorkerHeartbeat.objects.filter(name=name).values_list("at", flat=True).first()
    if seen is None:
        return "no heartbeat yet"
    silence = timezone.now() - seen
    return READY if silence < SILENCE else f"silent for {silence.total_seconds():.0f} s"


def note_change(before: tuple[Part, ...], now: tuple[Part, ...]) -> None:
    """Log when a part begins or ceases to work, and not how often somebody asked."""
    if [part.is_ready for part in before] != [part.is_ready for part in now]:
        troubles = {part.name: part.trouble for part in now if not part.is_ready}
        log.warning("not_ready", **troubles) if troubles else log.info("ready")


class Readiness:
    """The last answer, so that many who ask cost no more than one."""

    def __init__(self) -> None:
        """Begin with no answer."""
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        """Check anew at the next question."""
        self._parts: tuple[Part, ...] = (Part("start", "not checked yet"),)
        self._at = -REMEMBERED_FOR

    def parts(self) -> tuple[Part, ...]:
        """Check again if the last answer is old; who comes while another checks takes the last."""
        if time.monotonic() - self._at >= REMEMBERED_FOR and self._lock.acquire(blocking=False):
            try:
                before, self._parts = self._parts, check()
                self._at = time.monotonic()
                note_change(before, self._parts)
            finally:
                self._lock.release()
        return self._parts


readiness = Readiness()
