"""Exchange rates of one currency: a grid of the periods of a fiscal year."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from kpialign.interchange import cells, stored
from kpialign.shaping.answering import METHODS, answer, is_saved, posted
from kpialign.shaping.closed import closed_rates
from kpialign.shaping.fiscal import lines_of, year_asked, years_offered
from kpialign.shaping.forms.figures import RateForm
from kpialign.shaping.forms.rows import WhyForm
from organisation.models import Entity, Organisation
from organisation.permissions import can_edit_cascade, requires


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def rates(request: HttpRequest) -> HttpResponse:
    """Show the rates of a currency and year; save those that were changed."""
    currency, year, why = _currency(request), year_asked(request.GET), WhyForm(posted(request))
    forms = _forms(request, currency, year) if currency else []
    typed = [form for form in forms if not form.is_closed]
    if request.method == "POST" and currency and is_saved(request, typed, why):
        query = urlencode({"currency": currency, "year": str(year)})
        return redirect(f"{reverse('shape_rates')}?{query}")
    context = {
        "rows": [{"form": form, "line": form.line} for form in forms],
        "currency": currency,
        "currencies": sorted({*_currencies(), currency} - {""}),
        "own": _own(),
        "years": years_offered(year),
        "year": year,
        "has_closed": any(form.is_closed for form in forms),
    }
    return answer(request, "shaping/rates.html", context, typed, why)


def _forms(request: HttpRequest, currency: str, year: int) -> list[Any]:
    lines, held = lines_of(year, 1), stored.rates()
    closed = closed_rates(lines)
    return [
        RateForm(
            posted(request),
            line=line,
            key=(currency, line.label),
            row=held.get((currency, line.label)),
            is_closed=line.label in closed,
        )
        for line in lines
    ]


def _own() -> str:
    """Return the organisation's currency, whose rate is 1."""
    return Organisation.objects.values_list("currency", flat=True).first() or ""


def _currencies() -> list[str]:
    """List the currencies that need rates, or have some."""
    own, used = _own(), set(Entity.objects.values_list("currency", flat=True))
    return sorted((used | {key[0] for key in stored.rates()}) - {"", own})


def _currency(request: HttpRequest) -> str:
    """Return the currency that the address names, or the first that needs rates."""
    written = request.GET.get("currency", "").strip().upper()
    if not written:
        return next(iter(_currencies()), "")
    if not cells.CURRENCY.fullmatch(written) or written == _own():
        raise Http404
    return written
