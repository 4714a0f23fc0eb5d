"""Export the cascade: every sheet as it is stored, to a workbook or a folder."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from kpialign.errors import RefusedError
from kpialign.interchange import stored, stored_figures
from kpialign.interchange.rows import ActualRow, PersonRow
from kpialign.interchange.sheets import SHEETS
from kpialign.interchange.writing import write_folder, write_workbook
from kpis.models import ReportingPeriod
from organisation.models import User

WORKBOOK = ".xlsx"
OTHER_KINDS = (".csv", ".zip", ".xls", ".xlsm", ".xlsb", ".ods", ".txt", ".json")
Rows = Iterable[Any]


def export_cascade(path: Path, *, reader: User | None = None) -> int:
    """Write every sheet to a workbook, or to a folder that is new or empty; return the rows.

    With a reader, drafts outside their scope are left out.
    """
    readers = READERS | {"actuals": lambda: _actuals(reader)}
    sheets = [(SHEETS[name], read()) for name, read in readers.items()]
    if path.suffix.lower() == WORKBOOK:
        return write_workbook(path, sheets)
    if path.suffix.lower() in OTHER_KINDS:
        raise RefusedError(f"{path} is neither a folder nor a workbook; name a folder or an .xlsx.")
    if not _is_free(path):
        raise RefusedError(f"{path} is not empty. Nothing was exported; name an empty folder.")
    return write_folder(path, sheets)


def _is_free(path: Path) -> bool:
    """Tell whether a path is new, or an empty folder."""
    try:
        return not path.exists() or (path.is_dir() and not any(path.iterdir()))
    except OSError as error:
        raise RefusedError(f"{path} cannot be written: {error.strerror}.") from None


def _people() -> Iterator[PersonRow]:
    """Yield every role; a person has a row without a role only if they have none."""
    held = stored.people()
    with_roles = {row.email for row in held.values() if row.role}
    for row in sorted(held.values()):
        if row.role or row.email not in with_roles:
            yield row


def _targets() -> Rows:
    order = _period_order()
    return sorted(stored_figures.targets().values(), key=lambda row: _place(row, order))


def _actuals(reader: User | None = None) -> Iterator[ActualRow]:
    """Yield the counted figures, and a draft only where there is none; empty ones are no rows."""
    order, found = _period_order(), stored_figures.actuals(reader=reader)
    cells = [held.counted or held.draft for held in found.values()]
    figures = [row for row in cells if row is not None and row.value is not None]
    yield from sorted(figures, key=lambda row: _place(row, order))


def _place(row: Any, order: dict[str, int]) -> tuple[str, str, int]:  # noqa: ANN401, either kind
    return row.kpi, row.entity, order[row.period]


def _period_order() -> dict[str, int]:
    periods = ReportingPeriod.objects.order_by("start_on", "-end_on")
    return {label: place for place, label in enumerate(periods.values_list("label", flat=True))}


def _of(read: Callable[[], dict[Any, Any]]) -> Callable[[], Rows]:
    return lambda: read().values()


READERS: dict[str, Callable[[], Rows]] = {
    "settings": _of(stored.settings),
    "entities": _of(stored.entities),
    "departments": _of(stored.departments),
    "people": _people,
    "perspectives": _of(stored.perspectives),
    "objectives": _of(stored.objectives),
    "kpis": _of(stored.kpis),
    "links": _of(stored.links),
    "targets": _targets,
    "actuals": _actuals,
    "rates": _of(stored.rates),
}
