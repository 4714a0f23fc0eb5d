"""The broker of a data folder: files, of which none can be read before it is whole."""

import time
import uuid
from pathlib import Path

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Write a message under another name first: a worker that takes a part of it would end."""

    def _put(self, queue: str, payload: object, **_: object) -> None:  # type: ignore[override]
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        whole = Path(self.data_folder_out, name)
        part = whole.with_name(f"{name}.part")
        try:
            part.write_text(dumps(payload), encoding="utf-8")  # type: ignore[no-untyped-call]
            part.replace(whole)
        except OSError as error:
            told = f"The message {whole} cannot be written."
            raise ChannelError(told) from error


class Transport(filesystem.Transport):
    """Kombu's, with that way of writing."""

    Channel = Channel
