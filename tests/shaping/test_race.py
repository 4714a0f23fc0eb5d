"""Two people add the two halves of a loop at the same moment: one is refused, none closes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings

POSTGRES = "postgres://postgres@127.0.0.1:5432/"
DATABASE = f"kpialign_race_{os.getpid()}"
ROUNDS = {"sqlite": 60, "postgres": 200}
OWN = ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "KPIALIGN_VAR")


class Process:
    """A racer in a process of its own."""

    def __init__(self, environment: dict[str, str], *halves: str) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.shaping.racer", *halves],
            env=environment,
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, what: str) -> None:
        """Tell it to do something."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()

    def answer(self) -> list[str]:
        """Wait for what came of it."""
        assert self._process.stdout is not None
        told: list[str] = json.loads(self._process.stdout.readline())
        return told

    def ask(self, what: str) -> list[str]:
        """Let it do something, and wait."""
        self.begin(what)
        return self.answer()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_problem: object) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@pytest.fixture(
    params=[
        pytest.param("sqlite", marks=pytest.mark.product),
        pytest.param("postgres", marks=pytest.mark.services),
    ]
)
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give the settings of an empty installation, and take its database away afterwards."""
    kept = {name: value for name, value in os.environ.items() if name not in OWN}
    made = kept | {
        "KPIALIGN_VAR": str(tmp_path),
        "KPIALIGN_NO_BOOTSTRAP": "1",
        "BROKER_URL": "memory://",
        "DJANGO_SETTINGS_MODULE": "kpialign.settings",
    }
    if request.param == "sqlite":
        yield made | {"DATABASE_URL": f"sqlite:///{tmp_path / 'race.db'}"}
        return
    with closing(psycopg2.connect(f"{POSTGRES}postgres")) as admin:
        admin.autocommit = True
        admin.cursor().execute(f"CREATE DATABASE {DATABASE}")
        yield made | {"DATABASE_URL": POSTGRES + DATABASE}
        admin.cursor().execute(f"DROP DATABASE {DATABASE}")


@pytest.mark.timeout(900)
def test_of_two_halves_of_a_loop_exactly_one_is_refused(
    environment: dict[str, str], request: pytest.FixtureRequest
) -> None:
    migrate = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env=environment, check=True, timeout=120)
    with Process(environment, "TOP", "LOW") as one, Process(environment, "LOW", "TOP") as other:
        one.ask("prepare")
        one.ask("sign_in")
        other.ask("sign_in")

        for _round in range(ROUNDS[request.node.callspec.id]):
            one.begin("send")
            other.begin("send")
            said = [one.answer(), other.answer()]
            links = one.ask("links")
            refused = [told for told in said if told]

            assert links in (["TOP LOW"], ["LOW TOP"]), said
            assert len(refused) == 1
            assert "The links go round in a circle: Objective" in refused[0][0]
            assert "Objective TOP (TOP)" in refused[0][0]
