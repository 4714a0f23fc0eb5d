"""Glance over the bytes of a sheet: most need no closer look, which takes ten times as long."""

import re
from collections.abc import Iterable

CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
ADDRESS = re.compile(
    rb'<(?:[\w.-]+:)?c(?:\s+[a-z]+="[^"<&]*")*?\s+r="([A-Z]{1,3})([1-9][0-9]{0,6})"'
)
STYLE = re.compile(rb'\ss\s*=\s*["\']([^"\']*)["\']')
# A formula, an error cell, a document type, another encoding, or attributes as few write them.
REMARKABLE = re.compile(
    rb"<(?:[\w.-]+:)?f[\s/>]|\st\s*=\s*[\"']\s*e|<!|<\?(?!xml\s)|\sr\s*=\s*'"
    rb"|\0|\sencoding\s*=\s*[\"'](?!utf-8[\"'])",
    re.IGNORECASE,
)


def farthest(blocks: Iterable[bytes], percents: set[int]) -> tuple[int, int] | None:
    """Return the last row and column from 0, or None if the sheet needs a closer look."""
    styles = {str(number).encode() for number in percents}
    columns: set[bytes] = set()
    last_row = 0
    for piece in _whole_tags(blocks):
        addresses = ADDRESS.findall(piece)
        is_plain = len(addresses) == len(CELL.findall(piece)) and not REMARKABLE.search(piece)
        if not is_plain or (styles and not styles.isdisjoint(STYLE.findall(piece))):
            return None
        if addresses:
            columns.update(letters for letters, _number in addresses)
            last_row = max(last_row, *(int(number) for _letters, number in addresses))
    last_column = max((column_number(letters.decode()) for letters in columns), default=1)
    return last_row - 1, last_column - 1


def _whole_tags(blocks: Iterable[bytes]) -> Iterable[bytes]:
    """Cut the bytes anew, so that no tag stands in two pieces."""
    rest = b""
    for block in blocks:
        piece = rest + block
        cut = piece.rfind(b"<")
        rest = piece[cut:] if cut >= 0 else b""
        yield piece[:cut] if cut >= 0 else piece
    yield rest


def column_number(letters: str) -> int:
    """Return the number of a column by its letters: A is 1.

    >>> column_number("A"), column_number("AA"), column_number("XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
