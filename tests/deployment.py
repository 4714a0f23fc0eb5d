"""Run the services of docker-compose.yml here, by exactly their commands and settings."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from tests.product import free_port

ROOT: Path = settings.BASE_DIR
GIVEN = {
    "SECRET_KEY": "a-long-text-of-the-tests-0123456789-abcdefghijklmnopqrstuvwxyz",
    "POSTGRES_PASSWORD": "secret",
    "ALLOWED_HOSTS": "kpi.example.com",
    "PUBLIC_URL": "https://kpi.example.com",
}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def compose_config(folder: Path, given: Mapping[str, str] = GIVEN) -> dict[str, Any]:
    """Give the compose file as compose understands it with this .env beside it."""
    package = find_spec("compose")
    assert package is not None
    assert package.origin is not None
    shutil.copy(ROOT / "docker-compose.yml", folder)
    lines = [f"{name}={value}\n" for name, value in given.items()]
    (folder / ".env").write_text("".join(lines), encoding="utf-8")
    done = subprocess.run(
        [Path(package.origin).with_name("docker-compose"), "config", "--format", "json"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ValueError(done.stderr)
    config: dict[str, Any] = json.loads(done.stdout)
    return config


@dataclass
class Deployment:
    """The services as the compose file describes them, led to what serves the tests."""

    folder: Path
    config: dict[str, Any]
    services: Mapping[str, str]  # how the compose file names a database or broker, and ours
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, name: str) -> dict[str, str]:
        """Give a service its own settings, and nothing of this process but the path."""
        given = self.config["services"][name]["environment"]
        led = {key: self.services.get(value, value) for key, value in given.items()}
        return led | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DJANGO_SETTINGS_MODULE": "kpialign.settings",
            "KPIALIGN_NO_BOOTSTRAP": "1",
            "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{self.port}",
        }

    def run(
        self, name: str, command: list[str], typed_in: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run one command in a service, as `docker compose run` does."""
        return subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment(name),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            input=typed_in,
        )

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Start a service by its command; its log is what it prints."""
        with self.log(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.config["services"][name]["command"],
                cwd=ROOT,
                env=self.environment(name),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self.processes[name]

    def stop(self, name: str) -> int:
        """Stop a service by the signal and within the time that compose would give it."""
        service = self.config["services"][name]
        process = self.processes.pop(name)
        process.send_signal(signal.Signals[service.get("stop_signal", "SIGTERM")])
        grace: str = service["stop_grace_period"]
        try:
            return process.wait(float(grace.removesuffix("s")))
        finally:
            process.kill()

    def is_healthy(self, name: str) -> bool:
        """Run a service's own health check."""
        _, *command = self.config["services"][name]["healthcheck"]["test"]
        command = [part.replace(":8000", f":{self.port}") for part in command]
        return self.run(name, command).returncode == 0

    def log(self, name: str) -> Path:
        """Name the file that takes what a service prints."""
        return self.folder / f"{name}.log"

    def lines(self, name: str) -> list[dict[str, Any]]:
        """Read the events in a service's log; Celery says its good-byes in plain words."""
        lines = self.log(name).read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


@contextmanager
def running(deployment: Deployment) -> Iterator[Deployment]:
    """Run web, worker and beat until the end of the body."""
    try:
        for name in ("web", "worker", "beat"):
            deployment.start(name)
        yield deployment
    finally:
        for name in list(deployment.processes):
            deployment.stop(name)


@dataclass
class Visitor:
    """A browser beyond the proxy: it keeps cookies and sends the form's token."""

    port: int
    headers: Mapping[str, str] = field(
        default_factory=lambda: {
            "Host": "kpi.example.com",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.7",
            "Origin": "https://kpi.example.com",
        }
    )
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, fields: Mapping[str, str] | None = None
    ) -> "tuple[int, dict[str, str], str]":
        """Send one request, and give the status, the headers and the text of its answer."""
        headers = dict(self.headers)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, urlencode(fields or {}), headers)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, dict(answer.headers), answer.read().decode()

    def post(self, path: str, fields: Mapping[str, str]) -> "tuple[int, dict[str, str], str]":
        """Send a form, with the token that its page came with."""
        token = TOKEN.search(self.ask("GET", path)[2])
        assert token is not None
        return self.ask("POST", path, {"csrfmiddlewaretoken": token[1], **fields})
