"""Make and change KPIs, with their formulas checked while they are typed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kpialign.interchange.editing import stored_row
from kpialign.shaping.answering import METHODS, answer, is_saved, page_of, posted
from kpialign.shaping.fiscal import begin_calendar
from kpialign.shaping.forms.nodes import KPIForm
from kpialign.shaping.forms.rows import WhyForm
from kpialign.shaping.formula import check_formula
from kpialign.shaping.linking import place_beneath
from organisation.models import Department
from organisation.permissions import can_edit_cascade, person_of, requires

PAGE = "shaping/kpi.html"


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def new_kpi(request: HttpRequest) -> HttpResponse:
    """Make a KPI; before there is a department, lead to making one."""
    if request.method != "POST" and not Department.objects.exists():
        return render(request, "shaping/kpi_first.html", {"then": request.get_full_path()})
    initial = {"parent": request.GET.get("parent", "")}
    form, why = KPIForm(posted(request), initial=initial), WhyForm(posted(request))
    names = {request.POST.get("code", ""): request.POST.get("name", "")}
    if request.method == "POST" and is_saved(
        request, [form], why, lambda edit: place_beneath(form, edit), names
    ):
        begin_calendar()
        parent = form.cleaned_data.get("parent", "")
        return redirect(*(("shape_children", parent) if parent else ("shape_kpi", form.typed_key)))
    return answer(request, PAGE, {"form": form}, [form], why)


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def kpi(request: HttpRequest, code: str) -> HttpResponse:
    """Change a KPI."""
    row = stored_row("kpis", code)
    if row is None:
        raise Http404
    form, why = KPIForm(posted(request), key=code, row=row), WhyForm(posted(request))
    if request.method == "POST" and is_saved(
        request, [form], why, lambda edit: place_beneath(form, edit)
    ):
        here = reverse("shape_kpi", args=[code])
        return redirect(page_of(code, is_objective=False) if row.state == "active" else here)
    return answer(request, PAGE, {"form": form, "row": row}, [form], why)


@never_cache
@require_POST
@requires(can_edit_cascade)
def formula(request: HttpRequest) -> HttpResponse:
    """Say of a formula that is being typed what is wrong with it, or what it makes."""
    typed = {name: str(value) for name, value in request.POST.items()}
    check = check_formula(typed, person_of(request))
    return render(request, "shaping/_formula.html", {"check": check})
