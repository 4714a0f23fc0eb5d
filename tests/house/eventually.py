"""Wait, for a bounded time, until something outside this process has come true."""

import time
from collections.abc import Callable
from pathlib import Path


def eventually(is_true: Callable[[], object], within: float = 10.0) -> bool:
    """Say whether it comes true within the seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if is_true():
            return True
        time.sleep(0.02)
    return bool(is_true())


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that ended and waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def processes_naming(text: str) -> list[int]:
    """Find the running processes whose environment or command line holds a text."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
        except (OSError, ProcessLookupError):
            continue
        if text.encode() in told and is_alive(int(folder.name)):
            found.append(int(folder.name))
    return found
