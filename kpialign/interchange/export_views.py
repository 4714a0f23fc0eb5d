"""Hand the cascade and the scores out by the browser."""

from django.contrib import messages
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kpialign.errors import RefusedError
from kpialign.interchange.downloads import ZIP, cascade_file, file_name, score_lines
from kpialign.interchange.exporting import WORKBOOK
from kpialign.interchange.problems import shown
from kpialign.interchange.views import CSV_TYPE, WORKBOOK_TYPE
from kpis.models import ReportingPeriod
from organisation.models import Entity
from organisation.permissions import can_export_workbook, can_read_scores, person_of, requires
from organisation.services.trail import Path, record_download


@require_safe
@requires(can_export_workbook)
def export_page(request: HttpRequest) -> HttpResponse:
    """Offer the files that can be taken away."""
    context = {
        "periods": ReportingPeriod.objects.order_by("-end_on", "start_on"),
        "entities": Entity.objects.order_by("code"),
    }
    return render(request, "interchange/export.html", context)


@require_safe
@requires(can_export_workbook)
def export_workbook(request: HttpRequest) -> HttpResponseBase:
    """Give the cascade as a workbook."""
    return _cascade(request, WORKBOOK, WORKBOOK_TYPE)


@require_safe
@requires(can_export_workbook)
def export_folder(request: HttpRequest) -> HttpResponseBase:
    """Give the cascade as a zip file of CSV files."""
    return _cascade(request, ZIP, "application/zip")


def _cascade(request: HttpRequest, suffix: str, kind: str) -> HttpResponseBase:
    name = file_name("cascade", suffix, timezone.localdate())
    if request.method == "HEAD":
        return HttpResponse(content_type=kind)
    try:
        file = cascade_file(suffix=suffix, name=name, by=person_of(request))
    except RefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("export")
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)


@require_safe
@requires(can_read_scores)
def scores_csv(request: HttpRequest) -> HttpResponseBase:
    """Give the scores of a period and entity, or all of them, as CSV in full precision."""
    chosen = {name: request.GET.get(name) or None for name in ("period", "entity")}
    if chosen["period"] and not ReportingPeriod.objects.filter(label=chosen["period"]).exists():
        return _unknown("period", chosen["period"])
    if chosen["entity"] and not Entity.objects.filter(code=chosen["entity"]).exists():
        return _unknown("entity", chosen["entity"])
    name = file_name("scores", ".csv", timezone.localdate())
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if request.method == "HEAD":
        return HttpResponse(content_type=CSV_TYPE, headers=headers)
    by = person_of(request)
    record_download(actor=by, path=Path.FORM, kind="scores", name=name, filters=chosen)
    return StreamingHttpResponse(score_lines(**chosen), content_type=CSV_TYPE, headers=headers)


def _unknown(what: str, given: str) -> HttpResponse:
    told = f"There is no {what} {shown(given)}.\n"
    return HttpResponseBadRequest(told, content_type="text/plain; charset=utf-8")
