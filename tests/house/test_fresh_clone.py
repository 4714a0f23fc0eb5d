"""A clone with no environment sets itself up, once, and again when its lock changes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.product


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clone the project as a stranger would."""
    folder = tmp_path_factory.mktemp("stranger") / "kpialign"
    subprocess.run(["git", "clone", "--quiet", str(settings.BASE_DIR), str(folder)], check=True)
    return folder


def run_check(clone: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a small command with the Python that made this environment, outside of it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KPIALIGN")}
    caches = {"UV_CACHE_DIR": str(clone.parent / "uv"), "PIP_CACHE_DIR": str(clone.parent / "pip")}
    return subprocess.run(
        [str(Path(sys.base_prefix) / "bin" / "python3"), "manage.py", "check"],
        cwd=clone,
        env=kept | caches | more,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_a_fresh_clone_sets_itself_up_once(clone: Path) -> None:
    first, second = run_check(clone), run_check(clone)

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "Setting up .venv from requirements.lock" in first.stderr
    assert "Setting up" not in second.stderr
    assert "no issues" in first.stdout


def test_a_changed_lock_brings_the_environment_up_to_date(clone: Path) -> None:
    lock = clone / "requirements.lock"
    lock.write_text(lock.read_text().replace("\n", "\n# pinned anew\n", 1))

    third, fourth = run_check(clone), run_check(clone)

    assert "Setting up .venv" in third.stderr
    assert (third.returncode, fourth.stderr) == (0, "")


def test_a_clone_that_is_left_alone_says_what_is_missing(clone: Path) -> None:
    done = run_check(clone, KPIALIGN_NO_BOOTSTRAP="1")

    assert done.returncode == 1
    assert "`pip install -r requirements.lock` puts it there." in done.stderr
    assert "Traceback" not in done.stderr
