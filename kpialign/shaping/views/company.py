"""Make and change entities, departments and perspectives, and the settings."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from kpialign.interchange import stored
from kpialign.interchange.editing import stored_row
from kpialign.interchange.settings_keys import SETTINGS
from kpialign.shaping.answering import METHODS, answer, are_valid, is_saved, posted
from kpialign.shaping.choices import entities as tree
from kpialign.shaping.forms.company import (
    GROUPS,
    DepartmentForm,
    EntityForm,
    PerspectiveForm,
    setting_form,
)
from kpialign.shaping.forms.rows import RowForm, WhyForm
from organisation.permissions import can_edit_cascade, requires


@dataclass(frozen=True)
class Place:
    """What a form of one row calls it, and the list that it stands in."""

    one: str
    article: str
    many: str
    listed: str


ENTITY = Place("entity", "an", "Entities", "shape_entities")
DEPARTMENT = Place("department", "a", "Departments", "shape_departments")


@require_safe
@requires(can_edit_cascade)
def entities(request: HttpRequest) -> HttpResponse:
    """List the entities as their tree stands."""
    held = stored.entities()
    rows = [{"row": held[code], "name": name} for code, name in tree()]
    return render(request, "shaping/entities.html", {"rows": rows})


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def new_entity(request: HttpRequest) -> HttpResponse:
    """Make an entity."""
    form = EntityForm(posted(request), initial={"parent": _root()})
    return _one(request, form, ENTITY)


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def entity(request: HttpRequest, code: str) -> HttpResponse:
    """Change an entity."""
    row = _found("entities", code)
    form = EntityForm(posted(request), key=code, row=row)
    return _one(request, form, ENTITY, row)


@require_safe
@requires(can_edit_cascade)
def departments(request: HttpRequest) -> HttpResponse:
    """List the departments with head and finance partner."""
    rows = sorted(stored.departments().values(), key=lambda row: row.name)
    return render(request, "shaping/departments.html", {"rows": rows})


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def new_department(request: HttpRequest) -> HttpResponse:
    """Make a department; afterwards go on where one was needed."""
    then = request.GET.get("then", "")
    is_ours = url_has_allowed_host_and_scheme(then, allowed_hosts=None)
    form = DepartmentForm(posted(request))
    after = then if is_ours and then.startswith("/shape/") else ""
    return _one(request, form, DEPARTMENT, after=after)


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def department(request: HttpRequest, code: str) -> HttpResponse:
    """Change a department."""
    row = _found("departments", code)
    form = DepartmentForm(posted(request), key=code, row=row)
    return _one(request, form, DEPARTMENT, row)


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def perspectives(request: HttpRequest) -> HttpResponse:
    """Change the perspectives, and add one."""
    held, data, why = stored.perspectives(), posted(request), WhyForm(posted(request))
    forms: list[RowForm] = [
        PerspectiveForm(data, key=code, row=row, prefix=f"row-{code}")
        for code, row in sorted(held.items())
        if data is None or f"row-{code}-seen" in data
    ]
    new = PerspectiveForm(data, prefix="new")
    if request.method == "POST" and are_valid([*forms, new, why]):
        added = [new] if not new.is_blank else []
        if is_saved(request, [*forms, *added], why):
            return redirect("shape_perspectives")
    context = {"forms": forms, "new": new}
    return answer(request, "shaping/perspectives.html", context, [*forms, new], why)


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def settings(request: HttpRequest) -> HttpResponse:
    """Change what the organisation has set: names, currency, calendar, thresholds, limits."""
    held, why = stored.settings(), WhyForm(posted(request))
    forms = {key: setting_form(posted(request), key=key, row=held.get(key)) for key in SETTINGS}
    if request.method == "POST" and is_saved(request, list(forms.values()), why):
        return redirect("settings")
    groups = [(title, [forms[key]["value"] for key in keys]) for title, keys in GROUPS]
    return answer(request, "shaping/settings.html", {"groups": groups}, list(forms.values()), why)


def _one(
    request: HttpRequest,
    form: RowForm,
    place: Place,
    row: Any = None,  # noqa: ANN401, the row of any sheet
    after: str = "",
) -> HttpResponse:
    """Show or save the form of one row, then go back to the list, or where it was needed."""
    why, back = WhyForm(posted(request)), after or reverse(place.listed)
    if request.method == "POST" and is_saved(request, [form], why):
        return redirect(back)
    context = {"form": form, "row": row, "place": place, "back": back}
    context["save"] = f"{'Save' if row else 'Make'} {place.one}"
    return answer(request, "shaping/place.html", context, [form], why)


def _found(sheet: str, code: str) -> Any:  # noqa: ANN401, the row of any sheet
    row = stored_row(sheet, code)
    if row is None:
        raise Http404
    return row


def _root() -> str:
    return next((code for code, row in stored.entities().items() if not row.parent), "")
