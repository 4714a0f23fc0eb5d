"""What checking a file found, as it is kept and shown: counts, rows that differ, problems."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from typing import Any

from kpialign.interchange.applying.recomputes import reached_by
from kpialign.interchange.difference import Changes, Difference
from kpialign.interchange.periods import span_of
from kpialign.interchange.problems import MOST_PROBLEMS, Problem
from kpialign.interchange.proposal import key_of
from kpialign.interchange.sheets import SHEETS
from kpialign.interchange.writing import digits, written
from kpis.services.periods import first_month

MOST_ROWS = 10_000  # of one sheet: nobody reads more, and the file itself has them all
MOST_CHARACTERS = 200
ERRORS, WARNINGS = "errors", "warnings"
Row = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """What is kept of one check: its summary, the rows by section, what they come down to."""

    summary: dict[str, Any]
    sections: dict[str, list[Row]] = field(default_factory=dict)
    digest: str = ""


def of_sentence(told: str) -> Found:
    """Keep the one reason for which a file could not be read at all."""
    return Found({"told": told})


def of_problems(errors: Sequence[Problem], warnings: Sequence[Problem]) -> Found:
    """Keep the problems for which a file was refused, each once."""
    sections = {ERRORS: _problem_rows(errors), WARNINGS: _problem_rows(warnings)}
    return Found(_counted(sections, may_be_more=len(errors) >= MOST_PROBLEMS), sections)


def of_difference(difference: Difference, warnings: Sequence[Problem]) -> Found:
    """Keep what a file would change, sheet by sheet."""
    sections: dict[str, list[Row]] = {WARNINGS: _problem_rows(warnings)}
    sheets = []
    for name in SHEETS:
        counts = _counts(difference, name)
        if any(counts.values()):
            sections[name] = list(islice(_rows(difference, name), MOST_ROWS))
            sheets.append({"name": name, "kept": len(sections[name]), **counts})
    summary = _counted(sections) | {
        "added": difference.added,
        "changed": difference.changed,
        "unchanged": difference.unchanged,
        "sheets": sheets,
        "touches": _touches(difference),
    }
    return Found(summary, sections, digest_of(difference))


def digest_of(difference: Difference) -> str:
    """Sum up every row of a difference: equal sums say that the same would be written."""
    total = sha256()
    for name, sheet in difference.sheets.items():
        for entry in sheet.entries:
            total.update(repr((name, entry.old, entry.new)).encode())
        for row in sheet.removed:
            total.update(repr((name, row, None)).encode())
    for cell in difference.actuals:
        held = cell.held and (cell.held.counted, cell.held.draft)
        total.update(repr((held, cell.new)).encode())
    return total.hexdigest()


def _counted(sections: dict[str, list[Row]], *, may_be_more: bool = False) -> dict[str, Any]:
    return {
        ERRORS: len(sections.get(ERRORS, ())),
        WARNINGS: len(sections.get(WARNINGS, ())),
        "may_be_more": may_be_more,
    }


def _problem_rows(problems: Iterable[Problem]) -> list[Row]:
    return [
        {
            "sheet": one.sheet,
            "row": one.row,
            "column": one.column,
            "wrong": one.wrong,
            "accepted": one.accepted,
        }
        for one in dict.fromkeys(problems)
    ]


def _counts(difference: Difference, name: str) -> dict[str, int]:
    if name == "actuals":
        new = sum(entry.held is None for entry in difference.actuals)
        return {"added": new, "changed": len(difference.actuals) - new, "removed": 0}
    sheet = difference.sheets.get(name, Changes())
    return {
        "added": len(sheet.added),
        "changed": len(sheet.changed),
        "removed": len(sheet.removed),
    }


def _rows(difference: Difference, name: str) -> Iterator[Row]:
    """Yield the rows of a sheet that differ: what goes first, then what changes, then the new."""
    if name == "actuals":
        for cell in difference.actuals:
            old = cell.held and (cell.held.counted or cell.held.draft)
            yield _row(name, cell.number, old, cell.new)
        return
    sheet = difference.sheets[name]
    for gone in sheet.removed:
        yield _row(name, None, gone, None)
    for entry in (*sheet.changed, *sheet.added):
        yield _row(name, entry.number, entry.old, entry.new)


def _row(name: str, number: int | None, old: Any, new: Any) -> Row:  # noqa: ANN401, rows of any sheet
    sheet = SHEETS[name]
    key = key_of(sheet)(new or old)
    cells = []
    for column in sheet.columns:
        was, becomes = (getattr(row, column.name) if row else None for row in (old, new))
        differs = was != becomes if old and new else shown(becomes if new else was)
        if column.name not in sheet.key and differs:
            cells.append([column.name, shown(was), shown(becomes)])
    what = "removed" if new is None else "added" if old is None else "changed"
    named = " ".join(filter(None, key)) if isinstance(key, tuple) else key
    return {"row": number, "what": what, "key": named, "cells": cells}


def shown(value: object) -> str:
    """Write a value as a file would, cut to a length that can be read.

    >>> shown(Decimal("1.50")), shown(True), shown(None)
    ('1.5', 'yes', '')
    """
    told = written(value)
    text = digits(told) if isinstance(told, Decimal) else told
    return f"{text[:MOST_CHARACTERS]}…" if len(text) > MOST_CHARACTERS else text


def _touches(difference: Difference) -> dict[str, Any]:
    """Tell what a difference reaches beyond its own rows."""
    reached = reached_by(difference)
    labels = {entry.new.period for entry in difference.actuals}
    for name in ("targets", "rates"):
        labels |= {entry.new.period for entry in difference.sheets[name].entries}
    begin = first_month()
    ordered = sorted(labels, key=lambda label: span_of(label, begin))
    return {
        "all_scores": any(change.kind == "all" for change in reached),
        "nodes": len({change.key for change in reached}),
        "periods": len(ordered),
        "first": ordered[0] if ordered else "",
        "last": ordered[-1] if ordered else "",
    }
