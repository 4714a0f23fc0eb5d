"""Archive an objective or KPI, and take it back, naming what that touches."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from kpialign.interchange.editing import fingerprint
from kpialign.shaping.answering import METHODS, NOTHING, answer, posted, saver_of
from kpialign.shaping.forms.rows import WhyForm
from kpialign.shaping.reading import get_node_to_edit, is_objective, reach_of
from kpialign.shaping.saving import Edit
from organisation.permissions import can_edit_cascade, requires

ARCHIVED, ACTIVE = "archived", "active"


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def archive(request: HttpRequest, code: str) -> HttpResponse:
    """Name what archiving a node touches, or do it; the same way back."""
    row, why = get_node_to_edit(code), WhyForm(posted(request))
    sheet, name = ("objectives", "objective") if is_objective(row) else ("kpis", "kpi")
    turned = ACTIVE if row.state == ARCHIVED else ARCHIVED
    wanted = request.POST.get("state", "")
    if wanted == row.state:
        messages.success(request, NOTHING)
        return redirect(f"shape_{name}", code)
    if wanted == turned and why.is_valid():
        edit = Edit(
            rows={sheet: [{"code": code, "state": turned}]},
            seen={(sheet, code): fingerprint(row)},
        )
        if saver_of(request, why).write(edit) is not None:
            messages.success(request, _told(row.name, turned))
            return redirect(f"shape_{name}", code)
    context = {"row": row, "turned": turned, "reach": reach_of(code), "sheet": sheet}
    return answer(request, "shaping/archive.html", context, [], why)


def _told(name: str, turned: str) -> str:
    done = "is archived" if turned == ARCHIVED else "is back in the cascade"
    return f"{name} {done}; scores are being recalculated."
