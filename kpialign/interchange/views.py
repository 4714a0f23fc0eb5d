"""Take a cascade in by the browser: upload, look at what it would change, confirm or discard."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kpialign.htmx import wants_fragment
from kpialign.interchange.forms import UploadForm
from kpialign.interchange.problem_file import problem_file
from kpialign.interchange.selectors import get_upload_to_decide, uploads_of
from kpialign.interchange.template_workbook import template_workbook
from kpialign.interchange.upload_page import standing, upload_page
from kpialign.interchange.uploads import confirm_upload, discard_upload, take_upload
from organisation.permissions import can_import, person_of, requires

WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(can_import)
def import_page(request: HttpRequest) -> HttpResponse:
    """Ask for a file, and keep it until its change is confirmed."""
    user = person_of(request)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, request=request)
        if form.is_valid():
            given = form.cleaned_data["file"]
            upload = take_upload(
                by=user, name=given.name, suffix=given.suffix, content=given.content
            )
            return redirect("import_upload", upload_id=upload.pk)
    else:
        form = UploadForm(request=request)
    earlier = [(one, standing(one)) for one in uploads_of(user)]
    return render(request, "interchange/import.html", {"form": form, "earlier": earlier})


@require_safe
@requires(can_import)
def import_upload(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Show what a file would change, or what is wrong with it."""
    upload = get_upload_to_decide(person_of(request), upload_id)
    page = upload_page(upload, request.GET.dict())
    context: dict[str, Any] = {"page": page, "upload": upload}
    if not wants_fragment(request):
        context["form"] = UploadForm(request=request)
        return render(request, "interchange/upload.html", context)
    if page.is_in_hand:
        return render(request, "interchange/_upload_progress.html", context)
    return HttpResponse(headers={"HX-Refresh": "true"})


@require_POST
@requires(can_import)
def import_confirm(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Import what was shown; what is not that any more is shown anew."""
    upload = get_upload_to_decide(person_of(request), upload_id)
    confirm_upload(upload=upload, digest=request.POST.get("digest", ""))
    return redirect("import_upload", upload_id=upload.pk)


@require_POST
@requires(can_import)
def import_discard(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Throw a file away."""
    upload = get_upload_to_decide(person_of(request), upload_id)
    if discard_upload(upload=upload):
        messages.success(request, f"{upload.name} is discarded; nothing of it was imported.")
        return redirect("import")
    return redirect("import_upload", upload_id=upload.pk)


@require_safe
@requires(can_import)
def import_problems(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Give every error and warning of a file as CSV, to be worked through beside it."""
    upload = get_upload_to_decide(person_of(request), upload_id)
    headers = {"Content-Disposition": 'attachment; filename="problems.csv"'}
    return HttpResponse(problem_file(upload), content_type=CSV_TYPE, headers=headers)


@require_safe
@requires(can_import)
def import_template(request: HttpRequest) -> HttpResponse:
    """Give the workbook to fill in."""
    headers = {"Content-Disposition": 'attachment; filename="kpialign-template.xlsx"'}
    return HttpResponse(template_workbook(), content_type=WORKBOOK_TYPE, headers=headers)
