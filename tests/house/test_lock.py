"""One `up` at a time holds a data folder, and the second is told who does."""

import os
from pathlib import Path

import pytest

from kpialign.supervisor.lock import FolderHeldError, hold


def test_a_second_hold_is_told_by_whom_since_when_and_where(tmp_path: Path) -> None:
    with (
        hold(tmp_path, "http://127.0.0.1:8000/"),
        pytest.raises(FolderHeldError) as refusal,
        hold(tmp_path, "http://127.0.0.1:9000/"),
    ):
        pass

    told = str(refusal.value)
    assert f"process {os.getpid()}, since 20" in told
    assert "at http://127.0.0.1:8000/" in told
    assert f"`kill {os.getpid()}`" in told


def test_a_folder_is_free_again_after_its_holder(tmp_path: Path) -> None:
    with hold(tmp_path, "http://127.0.0.1:8000/"):
        pass

    with hold(tmp_path, "http://127.0.0.1:9000/"):
        assert "9000" in (tmp_path / "up.lock").read_text()


def test_a_lock_file_left_by_a_killed_holder_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "up.lock").write_text('{"pid": 1, "since": "long ago", "address": "nowhere"}')

    with hold(tmp_path, "http://127.0.0.1:8000/"):
        assert "long ago" not in (tmp_path / "up.lock").read_text()


def test_a_holder_that_has_not_written_its_name_yet_is_told_too(tmp_path: Path) -> None:
    with hold(tmp_path, "http://127.0.0.1:8000/"):
        (tmp_path / "up.lock").write_text("")

        with pytest.raises(FolderHeldError, match="is starting or stopping"), hold(tmp_path, "x"):
            pass
