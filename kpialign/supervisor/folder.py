"""Make a data folder ready: its broker swept, its files collected."""

import hashlib
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def sweep_broker(messages: Path) -> int:
    """Remove empty messages: one cut off while it was written would stop the worker for good."""
    empty = [path for path in messages.glob("*.msg") if path.stat().st_size == 0]
    for path in empty:
        path.unlink(missing_ok=True)
    return len(empty)


def collect_static(root: Path) -> bool:
    """Collect, hash and compress the static files, unless none changed since the last time."""
    mark = root / ".collected"
    state = static_state()
    if mark.exists() and mark.read_text(encoding="ascii") == state:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(state, encoding="ascii")
    return True


def static_state() -> str:
    """Sum up the names, sizes and times of all static files."""
    state = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            file = Path(storage.path(path)).stat()
            state.update(f"{path} {file.st_size} {file.st_mtime_ns}\n".encode())
    return state.hexdigest()
