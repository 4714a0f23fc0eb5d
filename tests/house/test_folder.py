"""A data folder is made ready: database copied aside, broker swept, static files collected."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pytest_django import Settings

from kpialign.supervisor import folder


def test_a_copy_holds_what_still_lies_in_the_write_ahead_log(tmp_path: Path) -> None:
    database = tmp_path / "kpialign.sqlite3"
    with closing(sqlite3.connect(database)) as live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("CREATE TABLE figure (value INTEGER)")
        live.execute("INSERT INTO figure VALUES (41)")
        live.commit()

        copy = folder.copy_database(database, tmp_path / "copies")

    with closing(sqlite3.connect(copy)) as copied:
        assert copied.execute("SELECT value FROM figure").fetchall() == [(41,)]


def test_the_newest_five_copies_are_kept(tmp_path: Path) -> None:
    database = tmp_path / "kpialign.sqlite3"
    sqlite3.connect(database).close()

    made = [folder.copy_database(database, tmp_path / "copies") for _ in range(7)]

    assert sorted((tmp_path / "copies").iterdir()) == made[2:]


def test_only_empty_messages_are_swept(tmp_path: Path) -> None:
    (tmp_path / "1.celery.msg").write_bytes(b"")
    (tmp_path / "2.celery.msg").write_bytes(b"{}")

    swept = folder.sweep_broker(tmp_path)

    assert swept == 1
    assert [path.name for path in tmp_path.iterdir()] == ["2.celery.msg"]


@pytest.mark.django_db
def test_a_migrated_database_waits_for_nothing() -> None:
    assert not folder.has_pending_migrations()


def test_static_files_are_collected_again_only_after_a_change(
    tmp_path: Path, settings: Settings
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "app.css").write_text("a { color: red }")
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "collected"

    first, second = (folder.collect_static(settings.STATIC_ROOT) for _ in range(2))
    (source / "app.css").write_text("a { color: blue; }")
    third = folder.collect_static(settings.STATIC_ROOT)

    assert (first, second, third) == (True, False, True)
    assert (settings.STATIC_ROOT / "app.css").read_text() == "a { color: blue; }"
