"""The supervisor restarts what ends, stops everything, and leaves no process behind."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from kpialign.supervisor import children
from kpialign.supervisor.children import Part, Supervisor, last_lines
from tests.house.eventually import eventually, is_alive

SLEEPS = "import time; print('begun', flush=True); time.sleep(60)"
ENDS = "print('ended', flush=True)"
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('begun', flush=True); "
STUBBORN += "time.sleep(60)"


class Stage:
    """A supervisor over small scripts, and what it said."""

    def __init__(self, folder: Path, *scripts: str) -> None:
        self.said: list[str] = []
        self.logs = [folder / f"part{number}.log" for number in range(len(scripts))]
        self.supervisor = Supervisor(
            [
                Part(f"part{number}", [sys.executable, "-c", script], self.logs[number])
                for number, script in enumerate(scripts)
            ],
            dict(os.environ),
            self.said.append,
        )

    def pid(self, number: int = 0) -> int:
        """Give the process id of a part that runs."""
        process = self.supervisor.children[number].process
        assert process is not None
        return process.pid

    def has_restarted(self, times: int) -> bool:
        """See to the parts once, and say whether the first was started again so often."""
        self.supervisor.look()
        return self.supervisor.children[0].restarts == times


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits."""
    monkeypatch.setattr(children, "FIRST_DELAY", 0.05)
    monkeypatch.setattr(children, "STOP_WITHIN", 0.5)
    monkeypatch.setattr(children, "LOOK_EVERY", 0.01)


def test_what_a_part_prints_is_in_its_log(tmp_path: Path) -> None:
    stage = Stage(tmp_path, SLEEPS)

    stage.supervisor.start()

    assert eventually(lambda: "begun" in last_lines(stage.logs[0]))
    stage.supervisor.stop()


@pytest.mark.usefixtures("quick")
def test_a_part_that_ends_starts_again_after_ever_longer_waits(tmp_path: Path) -> None:
    stage = Stage(tmp_path, ENDS)
    stage.supervisor.start()
    child = stage.supervisor.children[0]

    assert eventually(lambda: stage.has_restarted(times=3))
    stage.supervisor.stop()

    assert child.delay == pytest.approx(0.05 * 2**3)
    assert stage.said[0].startswith("part0 ended (0); it starts again in 0 s. Its log: ")


@pytest.mark.usefixtures("quick")
def test_a_part_that_lived_long_begins_again_at_the_first_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "LONG_ENOUGH", 0.0)
    stage = Stage(tmp_path, ENDS)
    stage.supervisor.start()
    child = stage.supervisor.children[0]

    assert eventually(lambda: stage.has_restarted(times=3))
    stage.supervisor.stop()

    assert child.delay == pytest.approx(0.05 * 2)


@pytest.mark.usefixtures("quick")
def test_a_killed_part_leaves_the_others_running(tmp_path: Path) -> None:
    stage = Stage(tmp_path, SLEEPS, SLEEPS)
    stage.supervisor.start()
    first, second = stage.pid(0), stage.pid(1)

    os.kill(first, signal.SIGKILL)

    assert eventually(lambda: stage.has_restarted(times=1))
    assert stage.pid(0) != first
    assert stage.pid(1) == second
    stage.supervisor.stop()


@pytest.mark.usefixtures("quick")
def test_stopping_ends_a_part_that_does_not_listen_and_all_it_started(tmp_path: Path) -> None:
    starts_another = (
        "import subprocess, sys; "
        f"one = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); "
        "print('grandchild', one.pid, flush=True); one.wait()"
    )
    stage = Stage(tmp_path, STUBBORN, starts_another)
    stage.supervisor.start()
    assert eventually(lambda: "begun" in last_lines(stage.logs[0]))
    assert eventually(lambda: "grandchild" in last_lines(stage.logs[1]))
    assert eventually(lambda: "begun" in last_lines(stage.logs[1]))
    told = [line for line in last_lines(stage.logs[1]).splitlines() if "grandchild" in line]
    pids = [stage.pid(0), stage.pid(1), int(told[0].split()[1])]

    stage.supervisor.stop()

    assert not any(is_alive(pid) for pid in pids)


def test_asking_to_stop_ends_the_run(tmp_path: Path) -> None:
    stage = Stage(tmp_path, SLEEPS)
    stage.supervisor.start()

    stage.supervisor.ask_to_stop(signal.SIGTERM, None)
    stage.supervisor.run()
    stage.supervisor.stop()

    assert stage.supervisor.children == []


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")
def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import os, sys, time
        from pathlib import Path
        from kpialign.supervisor.children import Part, Supervisor
        log = Path({str(tmp_path / "part.log")!r})
        part = Part("part", [sys.executable, "-c", {SLEEPS!r}], log)
        supervisor = Supervisor([part], dict(os.environ), print)
        supervisor.start()
        print(supervisor.children[0].process.pid, flush=True)
        time.sleep(60)
    """)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        child = int(one.stdout.readline())
        assert is_alive(child)

        one.kill()

    assert eventually(lambda: not is_alive(child))


def test_a_long_log_is_put_aside_while_its_part_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "LOG_LIMIT", 10)
    talks = "import time; print('an early line', flush=True); time.sleep(0.2); "
    stage = Stage(tmp_path, talks + "print('late', flush=True); time.sleep(60)")
    stage.supervisor.start()
    assert eventually(lambda: "an early line" in last_lines(stage.logs[0]))

    stage.supervisor.look()

    assert eventually(lambda: last_lines(stage.logs[0]) == "late")
    assert (tmp_path / "part0.log.1").read_text() == "an early line\n"
    stage.supervisor.stop()
