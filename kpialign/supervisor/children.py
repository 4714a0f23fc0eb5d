"""Start processes, restart those that end, and leave none behind."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FIRST_DELAY = 1.0
LONGEST_DELAY = 30.0
LONG_ENOUGH = 60.0  # a child that lived so long begins again at the first delay
STOP_WITHIN = 7.0
KILLED_WITHIN = 1.0
LOOK_EVERY = 0.1
LOG_LIMIT = 5_000_000
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Part:
    """A process to keep running, and the file that takes what it prints."""

    name: str
    command: Sequence[str]
    log: Path
    # Sent by the kernel when the supervisor is killed: the worker and beat keep nothing that a
    # kill could spoil; gunicorn's first process has processes of its own to take along.
    dies_by: signal.Signals = signal.SIGKILL


@dataclass
class Child:
    """A part while it is looked after: its process, or the moment at which it starts again."""

    part: Part
    delay: float  # before it starts again
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    starts_again_at: float = 0.0
    restarts: int = 0


@dataclass
class Supervisor:
    """The parts that live and die together."""

    parts: Sequence[Part]
    environment: Mapping[str, str]
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    is_stopping: bool = False

    def start(self) -> None:
        """Start every part."""
        self.children = [Child(part, FIRST_DELAY) for part in self.parts]
        for child in self.children:
            self._launch(child)

    def look(self) -> None:
        """See to every part once: notice one that ended, start one whose wait is over."""
        now = time.monotonic()
        for child in self.children:
            shorten(child.part.log)
            if child.process is not None and child.process.poll() is not None:
                self._plan_restart(child, now)
            elif child.process is None and now >= child.starts_again_at:
                child.restarts += 1
                self._launch(child)

    def run(self) -> None:
        """Look after the parts until somebody asks to stop."""
        while not self.is_stopping:
            self.look()
            time.sleep(LOOK_EVERY)

    def ask_to_stop(self, *_: object) -> None:
        """Leave the loop of run at its next look; fit to be a signal's answer."""
        self.is_stopping = True

    def stop(self) -> None:
        """End every part: politely at first, then for certain, with all that it started."""
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            signal_group(process, signal.SIGTERM, only_first=True)
        deadline = time.monotonic() + STOP_WITHIN
        while time.monotonic() < deadline and any(one.poll() is None for one in running):
            time.sleep(LOOK_EVERY)
        for process in running:
            signal_group(process, signal.SIGKILL)
            process.wait()
        # What a child had started itself ends a moment after the signal.
        deadline = time.monotonic() + KILLED_WITHIN
        while time.monotonic() < deadline and any(has_group(one) for one in running):
            time.sleep(LOOK_EVERY)
        self.children = []

    def _launch(self, child: Child) -> None:
        supervisor = os.getpid()
        with child.part.log.open("ab") as output:
            child.process = subprocess.Popen(
                list(child.part.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                start_new_session=True,  # Ctrl-C reaches the supervisor alone; it stops them
                preexec_fn=lambda: die_with(supervisor, child.part.dies_by),  # noqa: PLW1509 no threads
            )
        child.started_at = time.monotonic()

    def _plan_restart(self, child: Child, now: float) -> None:
        process = child.process
        assert process is not None
        signal_group(process, signal.SIGKILL)  # what it had started itself
        if now - child.started_at >= LONG_ENOUGH:
            child.delay = FIRST_DELAY
        child.process = None
        child.starts_again_at = now + child.delay
        self.say(
            f"{child.part.name} ended ({process.returncode}); it starts again in "
            f"{child.delay:.0f} s. Its log: {child.part.log}"
        )
        child.delay = min(child.delay * 2, LONGEST_DELAY)


def die_with(supervisor: int, by: signal.Signals) -> None:
    """Have the kernel end this process when its supervisor ends, even by kill -9 (Linux only)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(by))
    if os.getppid() != supervisor:  # it ended before the kernel was told
        os.kill(os.getpid(), signal.SIGKILL)


def signal_group(
    process: subprocess.Popen[bytes], by: signal.Signals, *, only_first: bool = False
) -> None:
    """Send a signal to a child, or to all processes of its group; gone ones are no error."""
    try:
        if only_first:
            process.send_signal(by)
        else:
            os.killpg(process.pid, by)
    except ProcessLookupError:
        pass


def has_group(process: subprocess.Popen[bytes]) -> bool:
    """Say whether anything that a child started is still there."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def shorten(log: Path) -> None:
    """Move a long log aside while its part goes on writing, at the end, to the file it has open."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        os.truncate(log, 0)


def last_lines(log: Path, count: int = 20) -> str:
    """Give the end of a log, to be shown when its part does not come up."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
