"""The doors by which actuals come in: the list of sheets, and one sheet."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from kpialign.errors import RefusedError
from kpis.errors import FigureChangedError
from kpis.forms import SheetForm
from kpis.models import ReportingPeriod
from kpis.rows import EntrySheet
from kpis.selectors.due import departments_to_read, period_to_enter, sheets_due
from kpis.selectors.entry_sheet import (
    entry_sheet,
    get_department_to_read,
    get_entity_to_narrow,
)
from kpis.selectors.owners import finance_of
from kpis.selectors.periods import get_period_to_read, neighbour, periods_of_kind
from kpis.services.actuals import record_figures
from kpis.services.figure_rules import why_locked
from organisation.models import Department
from organisation.permissions import (
    can_enter_actuals,
    can_open_entry_sheets,
    can_read_periods,
    person_of,
    requires,
)


def _today() -> date:
    return timezone.localdate()


@require_safe
@requires(can_open_entry_sheets)
def entry_index(request: HttpRequest) -> HttpResponse:
    """List the sheets that the person may read, or open the only one."""
    departments = departments_to_read(person_of(request))
    if len(departments) == 1:
        return redirect("entry_sheet", department=departments[0].code)
    sheets = sheets_due(person_of(request), departments, _today())
    return render(
        request,
        "kpis/entry_index.html",
        {"sheets": sheets, "gap_count": sum(sheet.has_gap for sheet in sheets)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(can_open_entry_sheets)
def sheet(request: HttpRequest, department: str) -> HttpResponse:
    """Show a department's sheet for a period; save what was typed, as drafts or submitted."""
    owner = get_department_to_read(person_of(request), department)
    if request.method == "POST" and not can_enter_actuals(person_of(request), owner):
        raise PermissionDenied
    period = _period_asked_for(request, owner)
    if period is None:
        return render(request, "kpis/entry_empty.html", {"department": owner})
    within = get_entity_to_narrow(request.GET.get("entity", ""))
    found = entry_sheet(person_of(request), owner, period, within)
    form = SheetForm(found, request.POST.dict() if request.method == "POST" else None)
    if request.method == "POST" and _saved(request, form):
        return redirect(f"{reverse('entry_sheet', args=[owner.code])}?{found.query}")
    return render(request, "kpis/entry_sheet.html", _context(request, found, form))


def _period_asked_for(request: HttpRequest, department: Department) -> ReportingPeriod | None:
    label = request.GET.get("period", "")
    return (
        get_period_to_read(label)
        if label
        else period_to_enter(person_of(request), department, _today())
    )


def _saved(request: HttpRequest, form: SheetForm) -> bool:
    """Save the sheet, or leave in the form why nothing was saved."""
    if form.late:
        form.refusal = why_locked(form.sheet.lock_of(form.late[0].cell))
        return False
    submits = request.POST.get("action") == "submit"
    if not form.is_valid(submits=submits):
        return False
    changes = form.changes(submits=submits)
    try:
        count = record_figures(changes=changes, by=person_of(request), path="form")
    except FigureChangedError as error:
        _show_both(request, form, error)
        return False
    except RefusedError as error:
        form.refusal = str(error)
        return False
    messages.success(request, _told(count, submits=submits))
    return True


def _show_both(request: HttpRequest, form: SheetForm, error: FigureChangedError) -> None:
    """Read the sheet again beside what was typed; saving again then keeps what was typed."""
    old = form.sheet
    found = entry_sheet(person_of(request), old.department, old.period, old.within)
    data = dict(SheetForm(found, form.data).data or {})
    told = {(one.kpi_code, one.entity_code) for one in error.conflicts}
    for cell in found.cells:
        if (cell.kpi.node.code, cell.entity.code) in told:
            data[f"{cell.key}-seen"] = str(cell.newest.number if cell.newest else 0)
    form.sheet, form.data = found, data
    form.__post_init__()
    form.is_valid(submits=False)
    form.show_conflicts(str(error), error.conflicts)


def _told(count: int, *, submits: bool) -> str:
    figures = "1 figure" if count == 1 else f"{count} figures"
    if not count:
        return "Nothing has changed."
    if submits:
        them = "it" if count == 1 else "them"
        return f"{figures} submitted. The scores that rest on {them} are being recalculated."
    return f"{figures} saved as draft. Nothing counts until you submit."


def _context(request: HttpRequest, found: EntrySheet, form: SheetForm) -> dict[str, object]:
    return {
        "sheet": found,
        "form": form,
        "earlier": neighbour(found.period, steps=-1),
        "later": neighbour(found.period, steps=1),
        "periods": periods_of_kind(found.period.kind),
        "reads_periods": can_read_periods(request.user),
        "whom_to_ask": finance_of(found.lock.entity) if found.is_locked and found.lock else "",
    }
