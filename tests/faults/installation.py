"""An installation with real processes that a test may kill, freeze and start again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import psycopg2
import redis
from django.conf import settings

from tests.house.eventually import eventually

POSTGRES = "postgres://postgres@127.0.0.1:5432/kpialign"
REDIS = "redis://127.0.0.1:6379"
DATABASE = f"kpialign_faults_{os.getpid()}"
CELERY = [sys.executable, "-m", "celery", "--app", "kpialign.celery"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
WITHIN = 90  # seconds in which scores come right after everything runs again
OWN = ("DATABASE_URL", "BROKER_URL", "CACHE_URL")


@dataclass
class Installation:
    """One folder and database, with the processes that work on them."""

    folder: Path
    environment: dict[str, str]
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    driver: subprocess.Popen[str] | None = None

    def start(self, name: str, *command: str) -> subprocess.Popen[str]:
        """Start a process, its words in a file of the folder."""
        with (self.folder / f"{name}.log").open("a") as log:
            process = subprocess.Popen(
                command,
                env=self.environment,
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=log,
                text=True,
            )
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen[str]:
        """Start a worker as `up` does."""
        return self.start(
            "worker", *CELERY, "worker", "--pool", "threads", "--concurrency", "2", *QUIET
        )

    def beat(self) -> subprocess.Popen[str]:
        """Start a beat as `up` does."""
        return self.start("beat", *CELERY, "beat", "--pidfile", "", "--loglevel", "INFO")

    def ask(self, name: str, *arguments: object) -> object:
        """Let the driver do something and return its answer."""
        self.send(name, *arguments)
        return self.answer()

    def send(self, name: str, *arguments: object) -> None:
        """Let the driver begin something."""
        if self.driver is None:
            self.driver = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.driver"],
                env=self.environment,
                cwd=settings.BASE_DIR,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            self.processes.append(self.driver)
        assert self.driver.stdin is not None
        self.driver.stdin.write(json.dumps([name, *arguments]) + "\n")
        self.driver.stdin.flush()

    def answer(self) -> object:
        """Wait for the driver's answer."""
        assert self.driver is not None
        assert self.driver.stdout is not None
        told: object = json.loads(self.driver.stdout.readline())
        return told

    def written(self, count: int, seed: int) -> dict[str, str]:
        """Let the driver change figures; return those that it saw saved, by cell."""
        return cast("dict[str, str]", self.ask("write", count, seed))

    def states(self) -> dict[str, int]:
        """Count the runs by how they ended."""
        return cast("dict[str, int]", self.ask("states"))

    def is_current(self) -> bool:
        """Wait until no change waits for its scores; tell whether that came true in time."""
        return eventually(lambda: self.ask("outstanding") == 0, within=WITHIN)

    def end(self) -> None:
        """Kill what was started here and still runs."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        if self.driver is not None:
            for pipe in (self.driver.stdin, self.driver.stdout):
                if pipe is not None:
                    pipe.close()


def kill(process: subprocess.Popen[str]) -> None:
    """End a process as `kill -9` does."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def freeze(process: subprocess.Popen[str]) -> None:
    """Stop a process where it stands, and wait until each of its threads does."""
    process.send_signal(signal.SIGSTOP)
    threads = Path(f"/proc/{process.pid}/task")
    assert eventually(
        lambda: all(
            (one / "stat").read_text().rpartition(")")[2].split()[0] == "T"
            for one in threads.iterdir()
        )
    )


@contextmanager
def embedded(folder: Path, begin: str = "prepare") -> Iterator[Installation]:
    """Give an installation with SQLite and messages in files; `begin` says what is in it."""
    yield from _prepared(folder, {}, begin)


@contextmanager
def with_services(folder: Path, begin: str = "prepare") -> Iterator[Installation]:
    """Give an installation with PostgreSQL and Redis, the cache beside the messages."""
    server = os.environ.get("DATABASE_URL", POSTGRES)
    broker = f"{os.environ.get('BROKER_URL', REDIS).rpartition('/')[0]}/13"
    if broker == "redis://13":  # the address names no database
        broker = f"{REDIS}/13"
    with _database(server) as database, redis.Redis.from_url(broker) as messages:
        messages.flushdb()
        addresses = {"DATABASE_URL": database, "BROKER_URL": broker, "CACHE_URL": broker}
        yield from _prepared(folder, addresses, begin)
        messages.flushdb()


def _prepared(folder: Path, addresses: dict[str, str], begin: str) -> Iterator[Installation]:
    kept = {name: value for name, value in os.environ.items() if name not in OWN}
    own = {"KPIALIGN_VAR": str(folder), "KPIALIGN_NO_BOOTSTRAP": "1", "TMPDIR": str(folder)}
    installation = Installation(folder, kept | own | addresses)
    try:
        assert installation.ask(begin)
        yield installation
    finally:
        installation.end()


@contextmanager
def _database(server: str) -> Iterator[str]:
    """Make a database of its own and drop it at the end."""
    base = urlsplit(server)
    for statement in (f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE}"):
        _administer(base._replace(path="/postgres").geturl(), statement)
    try:
        yield base._replace(path=f"/{DATABASE}").geturl()
    finally:
        _administer(
            base._replace(path="/postgres").geturl(), f"DROP DATABASE {DATABASE} WITH (FORCE)"
        )


def _administer(address: str, statement: str) -> None:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
