#!/usr/bin/env python3
"""Run a command of KPIAlign; in a fresh clone, make its environment in .venv first."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

# Before anything that an older Python cannot read: it may well be tried.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "KPIAlign needs Python 3.11 or newer; this is {}.{}: run it with a newer one.".format(
            *sys.version_info
        )
    )

BASE = Path(__file__).resolve().parent
RUN_LOCK = "requirements.lock"
TEST_LOCK = "requirements-dev.lock"  # everything in RUN_LOCK, and the tools of the tests


def main(arguments: list[str]) -> None:
    """Set up what the command needs, then run it."""
    is_test = arguments[1:2] == ["test"]
    if not is_left_alone(BASE, os.environ):
        set_up(BASE, TEST_LOCK if is_test else RUN_LOCK)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpialign.settings")
    if is_test:
        run_tests(arguments[2:])
    if arguments[1:2] == ["up"]:
        # Read once by the settings, before the command begins.
        os.environ.setdefault("KPIALIGN_VAR", data_folder(arguments[2:]))
    run_command(arguments)


def data_folder(options: list[str]) -> str:
    """Name the folder of an organisation: the default demo's, another demo's, or one's own."""
    if "--no-demo" in options:
        return "var/own"
    is_nhs = "--demo=nhs" in options or "--demo nhs" in " ".join(options)
    return "var/nhs" if is_nhs else "var/demo"


def run_command(arguments: list[str]) -> None:
    """Hand the command to Django."""
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit(
            f"Django is not in this environment ({sys.prefix}): "
            f"`pip install -r {RUN_LOCK}` puts it there."
        )
    try:
        execute_from_command_line(arguments)
    except ImproperlyConfigured as wrong:
        sys.exit(f"A setting is wrong: {wrong}")


def run_tests(arguments: list[str]) -> None:
    """Become pytest, in the project's folder."""
    if importlib.util.find_spec("pytest") is None:
        sys.exit(
            f"pytest is not in this environment ({sys.prefix}): "
            f"`pip install -r {TEST_LOCK}` puts it there."
        )
    os.chdir(BASE)
    os.environ.setdefault("KPIALIGN_VAR", "var/test")
    # All tests at once share the cores; a chosen one runs alone, fit for a debugger.
    chosen = arguments or ["-n", str(min(4, os.cpu_count() or 1))]
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *chosen])


def is_left_alone(base: Path, environ: Mapping[str, str]) -> bool:
    """Say whether somebody else looks after the packages: asked for, or a virtualenv of theirs."""
    if environ.get("KPIALIGN_NO_BOOTSTRAP") == "1":
        return True
    in_virtualenv = sys.prefix != sys.base_prefix
    if in_virtualenv:
        return Path(sys.prefix).resolve() != (base / ".venv").resolve()
    return importable_version("django") == pinned_version(base / RUN_LOCK, "django")


def importable_version(name: str) -> str | None:
    """Give the version of a package that this Python would import."""
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def pinned_block(lock: Path, name: str) -> str:
    """Give the lines of the lock that pin one package with its hashes."""
    found = re.search(
        rf"^{name}==.*(?:\n[ \t]+--hash=.*)*", lock.read_text(encoding="utf-8"), re.MULTILINE
    )
    return found.group() if found else ""


def pinned_version(lock: Path, name: str) -> str:
    """Give the version at which the lock pins a package."""
    return pinned_block(lock, name).partition("==")[2].split(" ")[0]


def set_up(base: Path, lock_name: str) -> None:
    """Bring .venv to the state of the lock, and go on inside it."""
    environment = base / ".venv"
    with one_at_a_time(base / ".venv.lock"):
        if not is_current(base, lock_name):
            say(f"Setting up .venv from {lock_name}; this takes about half a minute, once.")
            make_environment(environment)
            install(environment, base / lock_name)
            for name in (RUN_LOCK, TEST_LOCK) if lock_name == TEST_LOCK else (RUN_LOCK,):
                stamp(base, name).write_text(digest(base / name), encoding="ascii")
            go_on = True
        else:
            go_on = Path(sys.prefix).resolve() != environment.resolve()
    if go_on:
        sys.stdout.flush()
        python = str(environment / "bin" / "python")
        os.execv(python, [python, str(base / "manage.py"), *sys.argv[1:]])


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Let two commands started together in a fresh clone set it up one after the other."""
    with path.open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def stamp(base: Path, lock_name: str) -> Path:
    """Name the file that says which lock .venv was last brought to."""
    return base / ".venv" / f"{lock_name}.sha256"


def digest(lock: Path) -> str:
    """Give the SHA-256 of the lock."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def is_current(base: Path, lock_name: str) -> bool:
    """Say whether .venv stands, and was made from this very lock."""
    mark = stamp(base, lock_name)
    if not mark.exists() or not (base / ".venv" / "bin" / "python").exists():
        return False
    return mark.read_text(encoding="ascii") == digest(base / lock_name)


def make_environment(environment: Path) -> None:
    """Make the virtual environment, unless a whole one stands there."""
    python = environment / "bin" / "python"
    is_whole = python.exists() and not subprocess.call(
        [python, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"],
        stderr=subprocess.DEVNULL,
    )
    if is_whole:
        return
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            "This Python has no ensurepip, so no environment can be made: install it "
            "(Debian and Ubuntu: apt-get install python3-venv), and run the command again."
        )
    import venv

    venv.create(environment, clear=True, with_pip=True)


def install(environment: Path, lock: Path) -> None:
    """Install what the lock names, by the pinned uv if it can be had, else by pip."""
    pip = [str(environment / "bin" / "python"), "-m", "pip"]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    if has_uv(environment, lock, [*pip, "install", *quiet]):
        uv = str(environment / "bin" / "uv")
        target = ["--python", str(environment / "bin" / "python")]
        by_uv = [uv, "pip", "install", "--quiet", *target, "--require-hashes", "-r", str(lock)]
        if subprocess.call(by_uv) == 0:
            return
    say("Going on with pip, which takes about a minute.")
    if subprocess.call([*pip, "install", *quiet, "--require-hashes", "-r", str(lock)]) != 0:
        sys.exit(
            "The packages could not be installed; pip says why above. "
            "Once the package index answers, run the command again."
        )


def has_uv(environment: Path, lock: Path, pip_install: list[str]) -> bool:
    """Say whether the pinned uv stands in the environment, after trying to put it there."""
    uv = environment / "bin" / "uv"
    wanted = pinned_version(lock, "uv")
    if uv.exists():
        version = subprocess.run([uv, "--version"], capture_output=True, text=True, check=False)
        if version.stdout.split()[1:2] == [wanted]:
            return True
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(pinned_block(lock, "uv"))
        file.flush()
        return subprocess.call([*pip_install, "--require-hashes", "-r", file.name]) == 0


def say(sentence: str) -> None:
    """Tell the person what happens, beside the output that a command may be asked for."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv)
