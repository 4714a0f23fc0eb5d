"""Rows of the cascade as the texts that forms show and take back."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kpialign.interchange.editing import fingerprint
from kpialign.interchange.writing import digits, written


def text_of(value: object) -> str:
    """Give one value as a person types it.

    >>> text_of(Decimal("1.500")), text_of(True), text_of(("A", "B")), text_of(None)
    ('1.5', 'yes', 'A B', '')
    """
    cell = written(value)
    return digits(cell) if isinstance(cell, Decimal) else cell


def texts_of(row: Any) -> dict[str, str]:  # noqa: ANN401, the row of any sheet
    """Give the columns of a row as texts; none of no row."""
    return {} if row is None else {name: text_of(value) for name, value in row._asdict().items()}


def same(one: str, other: str) -> bool:
    r"""Tell whether two texts say the same to a person: browsers send line ends their own way.

    >>> same("a\r\nb ", "a\nb")
    True
    """
    return plain(one) == plain(other)


def plain(written_text: str) -> str:
    """Take the line ends of browsers and the blanks around a text away."""
    return written_text.replace("\r\n", "\n").strip()


def packed(row: Any) -> str:  # noqa: ANN401, the row of any sheet
    """Pack a row into what a form carries, to notice who was faster."""
    return json.dumps({"row": texts_of(row), "print": fingerprint(row)})


def unpacked(carried: str) -> tuple[Mapping[str, str], str] | None:
    """Read what a form carried: the texts that it showed and their fingerprint."""
    try:
        found = json.loads(carried)
        return {str(k): str(v) for k, v in found["row"].items()}, str(found["print"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
