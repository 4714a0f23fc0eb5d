"""Whatever is killed, frozen or lost: the scores come right by themselves, and no figure goes."""

import os
import random
import signal
import subprocess
from threading import Event

import pytest

from tests.faults.installation import Installation, freeze, kill
from tests.house.eventually import eventually

KILLS = int(os.environ.get("FAULTS", "5"))
TURNS = 10  # until a worker is frozen at the right moment
SEED = int(os.environ.get("FAULTS_SEED", "20261124"))

pytestmark = pytest.mark.timeout(900)


def test_a_worker_killed_at_any_moment_leaves_no_wrong_score(installation: Installation) -> None:
    chosen = random.Random(SEED)  # noqa: S311  to be repeated, not to be secret
    kept: dict[str, str] = {}
    installation.beat()

    for number in range(KILLS):
        worker = installation.worker()
        kept |= installation.written(5, SEED + number)
        assert installation.ask("catch_run")
        Event().wait(chosen.uniform(0, 0.4))  # the moment: somewhere in a run or just after it
        kill(worker)
    installation.worker()

    assert installation.is_current()
    assert installation.ask("lost", kept) == 0
    assert installation.ask("wrong_blocks") == 0
    assert "failed" not in installation.states()


def test_without_any_wake_up_the_tick_does_the_work(installation: Installation) -> None:
    broker = installation.environment.get("BROKER_URL")
    nowhere = "redis://127.0.0.1:1/0" if broker else "filesystem://"
    elsewhere = {"BROKER_URL": nowhere, "KPIALIGN_VAR": str(installation.folder / "elsewhere")}
    database = installation.folder / "kpialign.sqlite3"
    if not broker:
        elsewhere["DATABASE_URL"] = f"sqlite:///{database}"
    deaf = Installation(installation.folder, installation.environment | elsewhere)
    try:
        kept = deaf.written(3, SEED)
    finally:
        deaf.end()

    installation.worker()
    installation.beat()

    assert installation.is_current()
    assert installation.ask("lost", kept) == 0
    assert installation.ask("wrong_blocks") == 0


def froze_while_computing(
    installation: Installation, worker: subprocess.Popen[str], seed: int
) -> bool:
    """Freeze a worker in a run, unless it is just writing: then it would hold everybody up."""
    installation.written(1, seed)
    assert installation.ask("catch_run")
    freeze(worker)
    if installation.ask("lease_is_free"):
        return True
    worker.send_signal(signal.SIGCONT)
    assert installation.is_current()
    return False


def test_a_worker_frozen_past_its_lease_overwrites_nothing_newer(
    installation: Installation,
) -> None:
    frozen = installation.worker()
    assert any(froze_while_computing(installation, frozen, SEED + turn) for turn in range(TURNS))

    installation.ask("expire_lease")
    installation.written(3, SEED + TURNS)
    installation.worker()
    assert installation.is_current()
    newer = installation.ask("digest")
    frozen.send_signal(signal.SIGCONT)

    assert not eventually(lambda: installation.ask("digest") != newer, within=5)
    assert installation.ask("wrong_blocks") == 0


def test_two_workers_and_two_beats_give_the_same_scores(installation: Installation) -> None:
    for _ in range(2):
        installation.worker()
        installation.beat()

    kept = installation.written(40, SEED)

    assert installation.is_current()
    assert installation.ask("lost", kept) == 0
    assert installation.ask("wrong_blocks") == 0
    assert set(installation.states()) == {"done"}
