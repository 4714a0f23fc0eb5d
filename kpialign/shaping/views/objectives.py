"""Make and change objectives."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from kpialign.interchange.editing import stored_row
from kpialign.shaping.answering import METHODS, answer, is_saved, page_of, posted
from kpialign.shaping.forms.nodes import ObjectiveForm
from kpialign.shaping.forms.rows import WhyForm
from kpialign.shaping.linking import place_beneath
from organisation.permissions import can_edit_cascade, requires

PAGE = "shaping/objective.html"


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def new_objective(request: HttpRequest) -> HttpResponse:
    """Make an objective, beneath another one or at the top; the first one makes the plan too."""
    initial = {"parent": request.GET.get("parent", "")}
    form, why = ObjectiveForm(posted(request), initial=initial), WhyForm(posted(request))
    names = {request.POST.get("code", ""): request.POST.get("name", "")}
    if request.method == "POST" and is_saved(
        request, [form], why, lambda edit: place_beneath(form, edit), names
    ):
        return redirect("shape_children", form.typed_key)
    return answer(request, PAGE, {"form": form}, [form], why)


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def objective(request: HttpRequest, code: str) -> HttpResponse:
    """Change an objective."""
    row = stored_row("objectives", code)
    if row is None:
        raise Http404
    form, why = ObjectiveForm(posted(request), key=code, row=row), WhyForm(posted(request))
    if request.method == "POST" and is_saved(
        request, [form], why, lambda edit: place_beneath(form, edit)
    ):
        is_active = row.state == "active"
        here = reverse("shape_objective", args=[code])
        return redirect(page_of(code, is_objective=True) if is_active else here)
    return answer(request, PAGE, {"form": form, "row": row}, [form], why)
