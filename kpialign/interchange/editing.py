"""Edit some rows of the cascade, as forms and the API do: checked and written like a file."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from kpialign.errors import RefusedError
from kpialign.interchange import stored, stored_figures
from kpialign.interchange.changing import Changed, change_cascade
from kpialign.interchange.problems import Report
from kpialign.interchange.proposal import Proposal
from kpialign.interchange.sheets import SHEETS
from kpialign.interchange.tables import EMPTY, RawTable, Table, typed
from organisation.models import AuditEntry, User

FIRST_ROW = 2  # as a spreadsheet counts it, beneath the header
Key = Any  # of a row: one value, or a tuple of several
Rows = Mapping[str, Sequence[Mapping[str, str]]]
Seen = Mapping[tuple[str, Key], str]
STORED: Mapping[str, Callable[[], Mapping[Key, Any]]] = {
    "settings": stored.settings,
    "entities": stored.entities,
    "departments": stored.departments,
    "perspectives": stored.perspectives,
    "objectives": stored.objectives,
    "kpis": stored.kpis,
    "rates": stored.rates,
}
SUBJECTS = {
    "settings": "setting",
    "entities": "entity",
    "departments": "department",
    "perspectives": "perspective",
    "objectives": "objective",
    "kpis": "kpi",
    "links": "link",
    "targets": "target",
    "rates": "rate",
}


class RowChangedError(RefusedError):
    """Somebody else changed a row since it was shown; nothing was saved."""

    def __init__(self, sheet: str, key: Key, who: str, at: datetime | None) -> None:
        """Keep which row it is, and who changed it when, as far as the trail knows."""
        named = " ".join(key) if isinstance(key, tuple) else key
        when = f" on {at:%d %b %Y, %H:%M} UTC" if at else ""
        super().__init__(
            f"{who} changed {SUBJECTS[sheet]} {named}{when}, after this form was opened."
            " Nothing was saved: look at both, then save again."
        )
        self.sheet, self.key, self.who, self.at = sheet, key, who, at


def stored_row(sheet: str, key: Key) -> Any:  # noqa: ANN401, the row of any sheet
    """Return a row as it stands (see interchange.rows), None if there is none.

    The key is a code, or the tuple that the sheet's key columns make. Of `links` the key is the
    code of the parent, and the rows of all its children are returned, by code.
    """
    if sheet == "links":
        found = stored.links()
        return tuple(found[pair] for pair in sorted(found) if pair[0] == key)
    if sheet == "targets":
        return stored_figures.targets([key[0]]).get(key)
    return STORED[sheet]().get(key)


def fingerprint(row: Any) -> str:  # noqa: ANN401, what stored_row returns
    """Return what a form carries, so that it notices who was faster."""
    return sha256(repr(_plain(row)).encode()).hexdigest()[:16]


def _plain(row: Any) -> Any:  # noqa: ANN401
    """Take decimals by their value: 2 and 2.000 are one weight."""
    if isinstance(row, tuple):
        return tuple(_plain(one) for one in row)
    return f"{row.normalize():f}" if hasattr(row, "normalize") else row


def edit_rows(
    *,
    rows: Rows,
    by: User | None,
    path: str,
    why: str = "",
    seen: Seen | None = None,
    childless: Sequence[str] = (),
    removed: Collection[tuple[str, Key]] = (),
    dry_run: bool = False,
) -> Changed:
    """Add or change rows by key, all or none; return what changed.

    `rows` holds by sheet rows of {column: text as typed}; all rows of a sheet have the same
    columns. An absent column leaves what is there; an empty text sets the default. A parent named
    in `links` gets exactly the children listed, one in `childless` none. `removed` names rows of
    targets and rates that go, by sheet and key. `seen` are fingerprints of rows as they were
    shown, by sheet and key (see stored_row). Raises CascadeRefusedError, whose problems name
    sheet, row (2 is the first) and column, and RowChangedError.
    """
    report = Report()
    tables = {sheet: _table(sheet, given, report) for sheet, given in rows.items() if given}

    def check(proposal: Proposal) -> None:
        _refuse_overtaken(seen or {})
        _refuse_incomplete(proposal)

    return change_cascade(
        tables,
        report,
        by=by,
        path=path,
        why=why,
        dry_run=dry_run,
        childless=frozenset(childless),
        removed=frozenset(removed),
        check=check,
    )


def _table(sheet: str, given: Sequence[Mapping[str, str]], report: Report) -> Table:
    """Make a table of typed rows; a column that the sheet does not have is an error."""
    raw = RawTable(SHEETS[sheet], [FIRST_ROW + place for place in range(len(given))])
    for name in given[0]:
        if SHEETS[sheet].column(name) is None:
            words = ", ".join(column.name for column in SHEETS[sheet].columns)
            report.error(sheet, FIRST_ROW, name, "is not a column of this sheet", words)
        else:
            raw.cells[name] = [row[name] for row in given]
    return typed(raw, report)


def _refuse_overtaken(seen: Seen) -> None:
    for (sheet, key), shown in seen.items():
        if fingerprint(stored_row(sheet, key)) != shown:
            entry = _latest_entry(sheet, key)
            who = str(entry.actor) if entry and entry.actor else "The system"
            raise RowChangedError(sheet, key, who, entry.at if entry else None)


def _latest_entry(sheet: str, key: Key) -> AuditEntry | None:
    """Find who wrote a row last; figures stand in the trail by series, links by pair."""
    found = AuditEntry.objects.filter(subject_kind=SUBJECTS[sheet]).select_related("actor")
    if sheet == "links":
        return found.filter(subject_key__startswith=f"{key} ").first()
    named = " ".join(key[:2] if sheet == "targets" else key) if isinstance(key, tuple) else key
    return found.filter(subject_key=named).first()


def _refuse_incomplete(proposal: Proposal) -> None:
    """Report what a new row must have; a row that is there already keeps what is not given."""
    for name, table in proposal.tables.items():
        required = {column.name for column in table.sheet.columns if column.required}
        lacking = [column for column in table.absent if column in required]
        if not lacking or name not in proposal.sheets:
            continue
        for entry in proposal.sheets[name].entries:
            for column in lacking if entry.old is None else ():
                proposal.report.error(name, entry.number, column, EMPTY.wrong, EMPTY.accepted)
