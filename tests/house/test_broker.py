"""The broker of a data folder hands over whole messages only."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from threading import Event, Thread
from typing import Any

import pytest

from kpialign.celery import app

LONG = {"body": ["a wake-up"] * 200_000}  # so that writing it takes longer than looking for it


def test_a_message_is_not_read_before_it_is_written_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    messages = tmp_path / "messages"
    messages.mkdir()
    options = {"data_folder_in": str(messages), "data_folder_out": str(messages)}
    connection: Any = app.connection("filesystem://localhost/", transport_options=options)
    found: list[Any] = []
    sent = Event()
    reader = Thread(target=_read, args=(connection.channel()._get, found, sent))

    reader.start()
    connection.channel()._put("celery", LONG)
    sent.set()
    reader.join(30)

    assert found == [LONG]
    assert list(messages.iterdir()) == []


def _read(take: Callable[[str], Any], found: list[Any], sent: Event) -> None:
    """Look for a message again and again, a last time once it was sent."""
    is_last = False
    while not (found or is_last):
        is_last = sent.is_set()
        try:
            found.append(take("celery"))
        except Empty:
            continue
        except ValueError as error:
            found.append(error)
