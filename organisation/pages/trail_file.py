"""Write the trail as CSV, line by line, so that no spreadsheet calculates any of it."""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from organisation.models import AuditEntry
from organisation.pages.trail import Values, told_to

COLUMNS = (
    "at", "who", "path", "action", "subject_kind", "subject", "from", "to", "why",
)  # fmt: skip
CALCULATED = ("=", "+", "-", "@", "\t", "\r", "'")


class _Line:
    """Hand back each line that a CSV writer writes."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def trail_lines(entries: Iterable[AuditEntry], *, reads_drafts: bool) -> Iterator[str]:
    """Give the head and a line for each entry, as the person may read it."""
    writer: Any = csv.writer(_Line())  # ends lines by CR LF: a lone CR in a text is then quoted
    yield writer.writerow(COLUMNS)
    for entry in entries:
        told = told_to(entry, reads_drafts=reads_drafts)
        cells = (
            entry.at.isoformat(),
            entry.actor.email if entry.actor else "system",
            entry.path,
            entry.action,
            entry.subject_kind,
            entry.subject_key,
            _json(told.before),
            _json(told.after),
            told.why,
        )
        yield writer.writerow([guarded(cell) for cell in cells])


def guarded(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would calculate.

    >>> guarded("=1+1"), guarded("'quoted"), guarded("plain")
    ("'=1+1", "''quoted", 'plain')
    """
    return f"'{text}" if text.startswith(CALCULATED) else text


def _json(values: Values) -> str:
    return "" if values is None else json.dumps(values, ensure_ascii=False, allow_nan=False)
