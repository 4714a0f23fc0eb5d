"""Hold a data folder for one `up` at a time, and say who holds it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from kpialign.errors import RefusedError


class FolderHeldError(RefusedError):
    """Another `up` runs on this data folder."""


@contextmanager
def hold(folder: Path, address: str) -> Iterator[None]:
    """Hold the folder while the body runs; refuse, naming the holder, if another process does.

    The kernel frees the lock however its holder ends, so a file left behind stops nobody.
    """
    path = folder / "up.lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderHeldError(holder_sentence(file, folder)) from None
        write_holder(file, address)
        try:
            yield
        finally:
            file.truncate(0)


def write_holder(file: IO[str], address: str) -> None:
    """Write down who holds the folder."""
    holder = {
        "pid": os.getpid(),
        "since": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        "address": address,
    }
    file.truncate(0)
    file.write(json.dumps(holder))
    file.flush()


def held_address(folder: Path) -> str | None:
    """Give the address at which `up` runs on a folder, None if it does not."""
    try:
        holder = json.loads((folder / "up.lock").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    address: str = holder["address"].rstrip("/")
    return address


def holder_sentence(file: IO[str], folder: Path) -> str:
    """Say who holds the folder, as its lock file tells."""
    file.seek(0)
    try:
        holder = json.loads(file.read())
    except ValueError:  # read while its holder was writing, or stopping
        return f"Another `up` is starting or stopping on {folder}: try again in a few seconds."
    return (
        f"KPIAlign already runs on {folder}: process {holder['pid']}, since {holder['since']}, "
        f"at {holder['address']}. Stop it with Ctrl-C in its terminal, or `kill {holder['pid']}`."
    )
