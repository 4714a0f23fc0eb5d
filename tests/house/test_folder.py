"""A data folder is made ready: broker swept, static files collected."""

from pathlib import Path

from pytest_django import Settings

from kpialign.supervisor import folder


def test_only_empty_messages_are_swept(tmp_path: Path) -> None:
    (tmp_path / "1.celery.msg").write_bytes(b"")
    (tmp_path / "2.celery.msg").write_bytes(b"{}")

    swept = folder.sweep_broker(tmp_path)

    assert swept == 1
    assert [path.name for path in tmp_path.iterdir()] == ["2.celery.msg"]


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
