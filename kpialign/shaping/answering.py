"""How every page of shaping reads a form, saves it, and says what came of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from kpialign.shaping.forms.rows import RowForm, WhyForm
from kpialign.shaping.problems import summary
from kpialign.shaping.saving import Addition, Saver
from kpis.models import ReportingPeriod
from kpis.selectors.purpose import version_in_force
from kpis.services.versions import first_open_month
from organisation.permissions import person_of

METHODS = ["GET", "HEAD", "POST"]
SAVED = "Saved; scores are being recalculated."
NOTHING = "Nothing has changed."


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, None if the page is only read."""
    return request.POST if request.method == "POST" else None


def saver_of(request: HttpRequest, why: WhyForm, names: Mapping[str, str] | None = None) -> Saver:
    """Make what saves for the person who asks."""
    return Saver(rest=why, by=person_of(request), why=why.text, names=names or {})


def is_saved(
    request: HttpRequest,
    given: Sequence[RowForm],
    why: WhyForm,
    add: Addition | None = None,
    names: Mapping[str, str] | None = None,
) -> bool:
    """Save forms if all can be read; leave in them what is wrong, or say that it is done."""
    if not are_valid([*given, why]):
        return False
    return is_told(request, saver_of(request, why, names).save(given, add))


def are_valid(given: Sequence[forms.Form]) -> bool:
    """Read every form, so that everything wrong is said at once."""
    return len([form for form in given if form.is_valid()]) == len(given)


def is_told(request: HttpRequest, count: int | None) -> bool:
    """Say quietly what was saved; tell whether anything was."""
    if count is None:
        return False
    messages.success(request, SAVED if count else NOTHING)
    return True


def answer(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    given: Sequence[forms.Form],
    why: WhyForm,
) -> HttpResponse:
    """Show a page with its forms, what is wrong on top, and from when changes count."""
    problems = summary([why, *given]) if request.method == "POST" else []
    shown = {"problems": problems, "why": why, "counts_from": counts_from(), **context}
    return render(request, template, shown)


def counts_from() -> str:
    """Say from which month an edit counts, once periods are closed; empty before."""
    version = version_in_force()
    if version is None or (version.frozen_at is None and version.effective_from is None):
        return ""
    month = first_open_month() if version.frozen_at else version.effective_from
    return f"{month:%B %Y}" if month else ""


def page_of(code: str, *, is_objective: bool) -> str:
    """Give the page to go to once a node is saved: its scores, or its form before there are any."""
    name = "objective" if is_objective else "kpi"
    has_scores = ReportingPeriod.objects.exists()
    return reverse(name if has_scores else f"shape_{name}", args=[code])
