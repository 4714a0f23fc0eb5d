"""Save what people changed in forms of rows, all of it or none, through the one way of editing."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms

from kpialign.errors import RefusedError
from kpialign.interchange.changing import CascadeRefusedError
from kpialign.interchange.editing import (
    STORED,
    SUBJECTS,
    RowChangedError,
    edit_rows,
    fingerprint,
)
from kpialign.interchange.sheets import SHEETS
from kpialign.interchange.stored_figures import targets
from kpialign.shaping.forms.rows import RowForm
from kpialign.shaping.problems import place
from kpialign.shaping.texts import texts_of
from organisation.models import AuditEntry, User
from organisation.services import trail

MOST_TRIES = 5
Rows = dict[str, list[dict[str, str]]]
Seen = dict[tuple[str, Any], str]


@dataclass
class Edit:
    """What one save writes: rows by sheet, and the state of those that it rests on."""

    rows: Rows = field(default_factory=dict)
    seen: Seen = field(default_factory=dict)
    childless: tuple[str, ...] = ()
    removed: list[tuple[str, Any]] = field(default_factory=list)
    forms: dict[str, list[RowForm | None]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written."""
        return not any(self.rows.values()) and not self.childless and not self.removed


Addition = Callable[[Edit], None]


class Standing:
    """The rows as they stand, each sheet read once."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._read: dict[tuple[str, str], Mapping[Any, Any]] = {}

    def row(self, sheet: str, key: Any) -> Any:  # noqa: ANN401, the row of any sheet
        """Return a row as it stands, None if there is none."""
        part = key[0] if sheet == "targets" else ""
        if (sheet, part) not in self._read:
            self._read[sheet, part] = targets([part]) if part else STORED[sheet]()
        return self._read[sheet, part].get(key)


@dataclass(frozen=True)
class Saver:
    """Saves forms for one person; what belongs to no field is said above `rest`."""

    rest: forms.Form
    by: User
    why: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def save(self, given: Sequence[RowForm], add: Addition | None = None) -> int | None:
        """Write what was changed; return the number of rows, None where it was refused.

        `add` may add rows of other sheets, read anew at each try.
        """
        for _attempt in range(MOST_TRIES):
            standing = Standing()
            if self._is_taken(given, standing) or self._is_overtaken(given, standing):
                return None
            edit = edit_of(given, standing)
            if add is not None:
                add(edit)
            if edit.is_empty:
                return 0
            count = self.write(edit)
            if count is not None or self.is_refused(given):
                return count
        self.rest.add_error(None, "Others are changing the same rows right now. Save again.")
        return None

    def write(self, edit: Edit) -> int | None:
        """Write once; None where it was refused, or where somebody was faster."""
        try:
            changed = edit_rows(
                rows=edit.rows,
                by=self.by,
                path=trail.Path.FORM,
                why=self.why,
                seen=edit.seen,
                childless=edit.childless,
                removed=edit.removed,
            )
        except RowChangedError:
            return None
        except CascadeRefusedError as refusal:
            place(refusal.errors, edit.forms, self.rest, self.names)
            return None
        except RefusedError as refusal:
            self.rest.add_error(None, str(refusal))
            return None
        return changed.difference.added + changed.difference.changed

    def is_refused(self, given: Sequence[RowForm]) -> bool:
        """Say whether anything is said above or beside the forms."""
        return bool(self.rest.errors) or any(form.errors for form in given)

    @staticmethod
    def _is_taken(given: Sequence[RowForm], standing: Standing) -> bool:
        """Refuse a new row whose code is there already."""
        found = False
        for form in given:
            held = standing.row(form.sheet, form.typed_key) if form.key is None else None
            if held is not None:
                found = True
                told = f"{held.name} has this code already. Choose another one."
                form.add_error("code", told)
        return found

    def _is_overtaken(self, given: Sequence[RowForm], standing: Standing) -> bool:
        """Keep both values of each field that somebody else changed too, and say who."""
        found = False
        for form in given:
            now = standing.row(form.sheet, form.key)
            is_first = now is None and not form.shown
            if is_first or not form.overtaken(now):
                continue
            found = True
            form.show_both(now, *last_writer(form.sheet, form.key))
        return found


def last_writer(sheet: str, key: Any) -> tuple[str, datetime | None]:  # noqa: ANN401
    """Say who wrote a row last, and when; targets stand in the trail by series."""
    named = " ".join(key[:2] if sheet == "targets" else key) if isinstance(key, tuple) else key
    found = AuditEntry.objects.filter(subject_kind=SUBJECTS[sheet], subject_key=named)
    entry = found.select_related("actor").first()
    if entry is None:
        return "Somebody", None
    return str(entry.actor or "The system"), entry.at


def edit_of(given: Sequence[RowForm], standing: Standing) -> Edit:
    """Put together the rows that were changed, each resting on what stands now."""
    edit, keys = Edit(), defaultdict[str, list[Any]](list)
    for form in given:
        changes, key = form.new_row if form.is_new else form.changes, form.typed_key
        if not changes:
            continue
        edit.seen[form.sheet, key] = fingerprint(standing.row(form.sheet, key))
        if form.removes:
            edit.removed.append((form.sheet, key))
            continue
        edit.rows.setdefault(form.sheet, []).append({**key_columns(form.sheet, key), **changes})
        edit.forms.setdefault(form.sheet, []).append(form)
        keys[form.sheet].append(key)
    for sheet, rows in edit.rows.items():
        names = dict.fromkeys(name for row in rows for name in row)
        for row, key in zip(rows, keys[sheet], strict=True):
            stands = texts_of(standing.row(sheet, key))
            # All rows of a sheet have the same columns: what is left alone stays as it stands.
            row.update({name: stands.get(name, "") for name in names if name not in row})
    return edit


def key_columns(sheet: str, key: Any) -> dict[str, str]:  # noqa: ANN401
    """Give the columns that name a row."""
    parts = key if isinstance(key, tuple) else (key,)
    return dict(zip(SHEETS[sheet].key, parts, strict=True))
