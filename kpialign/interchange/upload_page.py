"""Put the page of an upload together: what it says, what it lists, and what can be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kpialign.interchange.models import ImportUpload
from kpialign.interchange.outcome import ERRORS, WARNINGS
from kpialign.interchange.selectors import rows_of
from kpialign.interchange.uploads import IN_HAND, ROWS_A_PAGE

State = ImportUpload.State
WHAT = {"added": "added", "changed": "changed", "removed": "removed"}


@dataclass(frozen=True)
class Section:
    """One list on the page: problems, or the rows of a sheet that differ; one piece of it."""

    name: str
    title: str
    count: int
    kept: int
    rows: list[dict[str, Any]]
    page: int = 1

    @property
    def is_problems(self) -> bool:
        """Tell whether the rows are problems."""
        return self.name in (ERRORS, WARNINGS)

    @property
    def pages(self) -> int:
        """Count the pieces."""
        return -(-self.kept // ROWS_A_PAGE)

    @property
    def first(self) -> int:
        """Return the number of the first row that is listed."""
        return (self.page - 1) * ROWS_A_PAGE + 1

    @property
    def last(self) -> int:
        """Return the number of the last row that is listed."""
        return self.first + len(self.rows) - 1

    @property
    def before(self) -> int | None:
        """Return the piece before this one."""
        return self.page - 1 if self.page > 1 else None

    @property
    def after(self) -> int | None:
        """Return the piece after this one."""
        return self.page + 1 if self.page < self.pages else None


@dataclass(frozen=True)
class UploadPage:
    """What the page of an upload says and lists."""

    upload: ImportUpload
    headline: str
    errors: Section | None
    warnings: Section | None
    sheets: tuple[Section, ...]
    touches: str
    chosen: Section | None

    @property
    def is_in_hand(self) -> bool:
        """Tell whether something is being done with the file now."""
        return self.upload.state in IN_HAND

    @property
    def can_confirm(self) -> bool:
        """Tell whether there is something to import."""
        return self.upload.state == State.READY and bool(self.sheets)

    @property
    def is_refused(self) -> bool:
        """Tell whether the file cannot be imported."""
        return self.upload.state == State.REFUSED

    @property
    def is_imported(self) -> bool:
        """Tell whether the file has been imported."""
        return self.upload.state == State.IMPORTED


def upload_page(upload: ImportUpload, asked: Mapping[str, str]) -> UploadPage:
    """Put the page together; `asked` may choose one list, and a piece of it."""
    sections = _sections(upload)
    by_name = {section.name: section for section in sections}
    return UploadPage(
        upload=upload,
        headline=headline(upload),
        errors=by_name.get(ERRORS),
        warnings=by_name.get(WARNINGS),
        sheets=tuple(one for one in sections if not one.is_problems),
        touches=_touches(upload.outcome.get("touches", {})),
        chosen=_chosen(upload, by_name.get(asked.get("show", "")), asked.get("page", "1")),
    )


def _sections(upload: ImportUpload) -> list[Section]:
    """List what was found, each with its first piece."""
    told = upload.outcome
    found = [
        Section(name, title.capitalize(), told[name], told[name], rows_of(upload, name))
        for name, title in ((ERRORS, "errors"), (WARNINGS, "warnings"))
        if told.get(name)
    ]
    for sheet in told.get("sheets", ()):
        counts = [f"{sheet[what]:,} {word}" for what, word in WHAT.items() if sheet[what]]
        count = sum(sheet[what] for what in WHAT)
        title = f"{sheet['name']}: {', '.join(counts)}"
        rows = rows_of(upload, sheet["name"])
        found.append(Section(sheet["name"], title, count, sheet["kept"], rows))
    return found


def _chosen(upload: ImportUpload, section: Section | None, page: str) -> Section | None:
    if section is None:
        return None
    number = int(page) if page.isascii() and page.isdigit() and len(page) < len("10000") else 1
    number = min(max(number, 1), section.pages)
    rows = rows_of(upload, section.name, number)
    return Section(section.name, section.title, section.count, section.kept, rows, number)


def headline(upload: ImportUpload) -> str:
    """Say in a sentence how it stands with a file."""
    return f"{upload.name} {standing(upload)}"


def standing(upload: ImportUpload) -> str:
    """Say of a file how it stands with it."""
    told = upload.outcome
    errors, added, changed = told.get(ERRORS, 0), told.get("added", 0), told.get("changed", 0)
    rows = _number(added, "row")
    refused = f"has {_number(errors, 'error')}; nothing was imported"
    ready = (
        f"would add {rows}, change {changed:,} and leave {told.get('unchanged', 0):,} as they are"
    )
    nothing = "changes nothing: every row of it stands here already"
    sentence = {
        State.WAITING: "is being checked",
        State.CONFIRMED: "is being imported",
        State.REFUSED: refused if errors else "cannot be imported",
        State.READY: ready if told.get("sheets") else nothing,
        State.IMPORTED: f"is imported: {rows} added, {changed:,} changed",
    }
    return sentence[State(upload.state)]


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _touches(told: Mapping[str, Any]) -> str:
    """Say what the change reaches beyond its own rows."""
    if not told:
        return ""
    if told["all_scores"]:
        scores = "Every score is calculated again."
    elif told["nodes"]:
        nodes = "1 objective or KPI"
        if told["nodes"] > 1:
            nodes = f"{told['nodes']:,} objectives and KPIs"
        scores = f"The scores of {nodes}, and of what rests on them, are calculated again."
    else:
        scores = "No score is calculated again."
    if not told["periods"]:
        return scores
    span = told["first"] if told["periods"] == 1 else f"{told['first']} to {told['last']}"
    return f"Figures of {_number(told['periods'], 'period')} change ({span}). {scores}"
