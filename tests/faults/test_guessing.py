"""Four processes guess passwords at once: they share one count, whatever they pretend to be."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

import pytest
from django.conf import settings

from tests.faults.conftest import KINDS
from tests.faults.installation import Installation

PROCESSES, EACH = 4, 50
KNOWN, SECRET = "known@example.com", "the-right-secret"
RIGHT = 10  # the number of the try with the right password
MINUTE = 60
Try = tuple[str, str, str, str]  # who, what, from where, and from where it says it comes

pytestmark = pytest.mark.timeout(900)


def guessed(installation: Installation, lists: Sequence[Sequence[Try]]) -> list[dict[str, Any]]:
    """Guess from as many processes at once as there are lists."""
    started = []
    for tries in lists:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.guesser"],
            env=installation.environment,
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        installation.processes.append(process)
        started.append((process, json.dumps(tries)))
    for process, told in started:
        assert process.stdin is not None
        process.stdin.write(told)
        process.stdin.close()
    answers = []
    for process, _ in started:
        assert process.stdout is not None
        answers += json.loads(process.stdout.read())
        process.stdout.close()
    return answers


def most_in_a_minute(moments: Sequence[float]) -> int:
    ordered = sorted(moments)
    return max(sum(0 <= later - one < MINUTE for later in ordered) for one in ordered)


@pytest.fixture(scope="module", params=KINDS)
def known(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Give an installation with one person in it, on the cache that goes with its database."""
    made = request.param(tmp_path_factory.mktemp("guessing"), "migrate")
    with made as installation:
        assert installation.ask("welcome", KNOWN, SECRET)
        yield installation


def test_two_hundred_tries_reach_the_hasher_ten_times_a_minute(known: Installation) -> None:
    lists = [
        [
            (f"person-{process}-{n}@example.com", "guess", "192.0.2.1", f"203.0.113.{n}")
            for n in range(EACH)
        ]
        for process in range(PROCESSES)
    ]

    answers = guessed(known, lists)

    assert len(answers) == PROCESSES * EACH
    assert {one["status"] for one in answers} <= {200, 429}
    moments = [moment for one in answers for moment in one["hashed"]]
    assert moments
    assert most_in_a_minute(moments) <= 10


def test_one_account_is_slowed_from_everywhere_and_its_own_password_with_it(
    known: Installation,
) -> None:
    lists = [
        [
            (KNOWN, SECRET if n == RIGHT else "guess", f"198.51.{process}.{n}", f"203.0.113.{n}")
            for n in range(EACH)
        ]
        for process in range(PROCESSES)
    ]

    answers = guessed(known, lists)
    right = [answers[process * EACH + RIGHT] for process in range(PROCESSES)]

    assert most_in_a_minute([moment for one in answers for moment in one["hashed"]]) <= 5
    assert [(one["answer"], one["hashed"]) for one in right] == [("slowed", [])] * PROCESSES


def test_an_unknown_account_gets_the_answer_of_a_known_one_in_its_time(
    known: Installation,
) -> None:
    other = "another@example.com"
    assert known.ask("welcome", other, SECRET)
    names = [other, "unknown@example.com"] * 5
    tries = [(name, "guess", f"192.0.3.{n}", "192.0.2.1") for n, name in enumerate(names)]

    answers = guessed(known, [tries])

    assert {(one["answer"], one["status"], len(one["hashed"])) for one in answers} == {
        ("wrong", 200, 1)
    }
    known_takes, unknown_takes = (
        median(one["seconds"] for one in answers[first::2]) for first in (0, 1)
    )
    assert 0.5 < known_takes / unknown_takes < 2
