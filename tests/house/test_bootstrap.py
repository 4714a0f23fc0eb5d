"""manage.py makes and keeps its own environment, and leaves other people's alone."""

import importlib.util
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import manage

ROOT = Path(manage.__file__).parent


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Lay out a clone with two small locks and no environment."""
    (tmp_path / manage.RUN_LOCK).write_text(
        "django==5.2.19 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        "uv==0.13.9 \\\n    --hash=sha256:cc\nvine==5.1.0 \\\n    --hash=sha256:dd\n"
    )
    (tmp_path / manage.TEST_LOCK).write_text("uv==0.13.9 \\\n    --hash=sha256:cc\n")
    return tmp_path


def stand_environment(clone: Path) -> None:
    """Put the outline of an environment into the clone."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)


def record_calls(monkeypatch: pytest.MonkeyPatch, answer: Callable[[list[str]], int]) -> list[str]:
    """Replace the starting of processes by a list of what would have been started."""
    calls: list[str] = []

    def call(command: list[Any], **_: object) -> int:
        words = [str(word) for word in command]
        calls.append(" ".join(words))
        return answer(words)

    monkeypatch.setattr(subprocess, "call", call)
    return calls


def test_an_older_python_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))

    with pytest.raises(SystemExit) as stop:
        runpy.run_path(manage.__file__)

    assert stop.value.code == (
        "KPIAlign needs Python 3.11 or newer; this is 3.9: run it with a newer one."
    )


def test_the_variable_leaves_every_environment_alone(clone: Path) -> None:
    assert manage.is_left_alone(clone, {"KPIALIGN_NO_BOOTSTRAP": "1"})


def test_a_foreign_virtualenv_is_left_alone(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(clone / "theirs"))

    assert manage.is_left_alone(clone, {})


def test_the_own_virtualenv_is_looked_after(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(clone / ".venv"))

    assert not manage.is_left_alone(clone, {})


def test_a_system_python_counts_only_with_the_pinned_django(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)

    monkeypatch.setattr(manage, "importable_version", lambda name: "5.2.19")
    assert manage.is_left_alone(clone, {})

    monkeypatch.setattr(manage, "importable_version", lambda name: "4.2.1")
    assert not manage.is_left_alone(clone, {})


def test_a_clone_without_environment_is_not_current(clone: Path) -> None:
    assert not manage.is_current(clone, manage.RUN_LOCK)


def test_an_environment_is_current_until_its_lock_changes(clone: Path) -> None:
    stand_environment(clone)
    lock = clone / manage.RUN_LOCK
    manage.stamp(clone, lock.name).write_text(manage.digest(lock))

    assert manage.is_current(clone, lock.name)

    lock.write_text(lock.read_text() + "zzz==1\n")

    assert not manage.is_current(clone, lock.name)


def test_an_environment_whose_python_is_gone_is_not_current(clone: Path) -> None:
    stand_environment(clone)
    manage.stamp(clone, manage.RUN_LOCK).write_text(manage.digest(clone / manage.RUN_LOCK))
    python = clone / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(clone / "nowhere")

    assert not manage.is_current(clone, manage.RUN_LOCK)


def test_a_missing_ensurepip_is_told_with_its_package(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        manage.make_environment(clone / ".venv")

    assert not (clone / ".venv").exists()


def test_uv_installs_with_hashes_when_it_can_be_had(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = record_calls(monkeypatch, lambda words: 0)

    manage.install(clone / ".venv", clone / manage.RUN_LOCK)

    assert len(calls) == 2
    assert "-m pip install" in calls[0]
    assert "/bin/uv pip install" in calls[1]
    assert all("--require-hashes" in call for call in calls)


def test_pip_takes_over_when_uv_cannot_be_had(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = str(clone / manage.RUN_LOCK)
    calls = record_calls(monkeypatch, lambda words: 0 if words[-1] == lock else 1)

    manage.install(clone / ".venv", clone / manage.RUN_LOCK)

    assert calls[-1].endswith(f"--require-hashes -r {lock}")
    assert "-m pip install" in calls[-1]


def test_an_index_that_does_not_answer_is_told(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_calls(monkeypatch, lambda words: 1)

    with pytest.raises(SystemExit, match="Once the package index answers"):
        manage.install(clone / ".venv", clone / manage.RUN_LOCK)


def test_the_block_of_a_package_ends_with_its_last_hash(clone: Path) -> None:
    block = manage.pinned_block(clone / manage.RUN_LOCK, "django")

    assert block == "django==5.2.19 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb"


@pytest.mark.parametrize("name", [manage.RUN_LOCK, manage.TEST_LOCK])
def test_a_lock_pins_by_hash_and_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text()

    assert "://" not in text
    for line in re.findall(r"^[a-z].*$", text, re.MULTILINE):
        package = re.split(r"[=\[]", line)[0]
        assert "--hash=sha256:" in manage.pinned_block(ROOT / name, re.escape(line.split("==")[0]))
        assert "==" in line, package


def test_the_locks_agree_and_hold_every_package_of_the_project() -> None:
    pins = {
        name: dict(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==(\S+)", text, re.MULTILINE))
        for name in (manage.RUN_LOCK, manage.TEST_LOCK)
        for text in [(ROOT / name).read_text()]
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {re.split(r"[~=\[]", line)[0] for line in project["project"]["dependencies"]}
    groups = project["dependency-groups"]
    tools = {
        re.split(r"[~=\[]", line)[0]
        for line in groups["dev"] + groups["test"]
        if isinstance(line, str)
    }

    assert wanted <= pins[manage.RUN_LOCK].keys()
    assert pins[manage.RUN_LOCK].items() <= pins[manage.TEST_LOCK].items()
    assert tools <= pins[manage.TEST_LOCK].keys()
