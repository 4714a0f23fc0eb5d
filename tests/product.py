"""Run the whole product for a test as a person starts it: `manage.py up` in its own folder."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings

from tests.house.eventually import eventually

SIGN_IN = re.compile(r"^    (\S+@\S+)\s+(\S+)\s+(.+)$")
SETTINGS = {"DATABASE_URL", "BROKER_URL", "CACHE_URL", "SECRET_KEY", "PUBLIC_URL", "LOG_LEVEL"}
NOTHING: Mapping[str, str] = {}
ALL_WORK = "Web, worker and beat all do their work"


@dataclass(frozen=True)
class Answer:
    """What the product answers to one request."""

    status: int
    location: str
    body: str


@dataclass
class Product:
    """A product that was started, and what its terminal shows."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read along from the first line."""
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()

    @property
    def url(self) -> str:
        """Give its address."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def output(self) -> str:
        """Give all that the terminal shows."""
        return "".join(self.lines)

    @property
    def passwords(self) -> dict[str, str]:
        """Give the password printed for each demo person."""
        found = (SIGN_IN.match(line.rstrip("\n")) for line in self.lines)
        return {match[1]: match[2] for match in found if match}

    def listen(self) -> None:
        """Collect what is printed, so that the product never waits for a reader."""
        assert self.process.stdout is not None
        with self.process.stdout as terminal:
            self.lines.extend(terminal)

    def end(self, by: signal.Signals = signal.SIGINT, within: float = 10.0) -> int:
        """Send a signal to `up` alone, and give its exit code."""
        self.process.send_signal(by)
        code = self.process.wait(within)
        self.listener.join(within)
        return code

    def get(self, path: str) -> Answer:
        """Ask for a page as somebody who is not signed in."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheader("Location", ""), answer.read().decode())


def free_port() -> int:
    """Find a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, extra: Mapping[str, str] = NOTHING) -> dict[str, str]:
    """Give a command this folder, and no setting of this process but the given ones."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return {**kept, "KPIALIGN_VAR": str(folder), "KPIALIGN_NO_BOOTSTRAP": "1", **extra}


def up(*options: str) -> list[str]:
    """Give the command line of a start."""
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), "up", *options]


def start(folder: Path, *options: str, extra: Mapping[str, str] = NOTHING) -> Product:
    """Start the product, and return at once."""
    port = free_port()
    process = subprocess.Popen(
        up("--port", str(port), *options),
        env=environment(folder, extra),
        cwd=folder.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Product(folder, port, process)


@contextmanager
def running(folder: Path, *options: str, extra: Mapping[str, str] = NOTHING) -> Iterator[Product]:
    """Run the product until the end of the body, from when all its parts have proved themselves."""
    product = start(folder, *options, extra=extra)
    try:
        eventually(
            lambda: ALL_WORK in product.output or product.process.poll() is not None, within=180
        )
        assert ALL_WORK in product.output, product.output
        yield product
    finally:
        if product.process.poll() is None:
            product.end()
