"""The page on which the trail is read and searched, and the file of it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisation.forms import TrailForm
from organisation.models import User
from organisation.pages.trail import people_named, trail_rows
from organisation.pages.trail_file import trail_lines
from organisation.pages.trail_words import PATHS, action_words, column_words
from organisation.permissions import (
    can_read_every_draft,
    can_read_trail,
    person_of,
    requires,
)
from organisation.selectors import organisation_zone
from organisation.selectors.trail import (
    SYSTEM,
    TrailFilter,
    TrailPage,
    trail_actions,
    trail_actors,
    trail_entries,
    trail_kinds,
    trail_page,
)
from organisation.services.trail import record_download

FILE = "trail.csv"
CHUNK = 2_000
LARGEST_KEY = str(2**63 - 1)


@require_safe
@requires(can_read_trail)
def trail(request: HttpRequest) -> HttpResponse:
    """Show who changed what, the newest first, cut down to what is asked for."""
    form, person, zone = _form(request), person_of(request), organisation_zone()
    reads_drafts = can_read_every_draft(person)
    found = TrailPage([])
    if form.is_valid():
        asked = _asked(form, person)
        before, after = _key(request, "before"), _key(request, "after")
        found = trail_page(asked, zone, before=before, after=after)
    people = people_named(found.entries)
    context = {
        "form": form,
        "rows": trail_rows(found.entries, zone, people, reads_drafts=reads_drafts),
        "zone": zone.key,
        "query": urlencode(_chosen(form)),
        "older": found.older,
        "newer": found.newer,
    }
    return render(request, "organisation/trail.html", context)


@require_safe
@requires(can_read_trail)
def trail_csv(request: HttpRequest) -> HttpResponseBase:
    """Send what is asked for as a file; that it was taken is an entry itself."""
    form, person = _form(request), person_of(request)
    if not form.is_valid():
        told = "; ".join(f"{name}: {said[0]}" for name, said in form.errors.items())
        return HttpResponseBadRequest(f"{told}\n", content_type="text/plain; charset=utf-8")
    found = trail_entries(_asked(form, person), organisation_zone())
    if request.method == "GET":
        chosen = _chosen(form)
        taken = record_download(actor=person, path="form", kind="trail", name=FILE, filters=chosen)
        found = found.filter(pk__lt=taken.pk)
    reads_drafts = can_read_every_draft(person)
    lines = trail_lines(found.iterator(chunk_size=CHUNK), reads_drafts=reads_drafts)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return response


def _form(request: HttpRequest) -> TrailForm:
    choices = {
        "person": [(SYSTEM, "The system"), *((one.email, str(one)) for one in trail_actors())],
        "action": [(action, action_words(action)) for action in trail_actions()],
        "kind": [(kind, column_words(kind)) for kind in trail_kinds()],
        "path": list(PATHS.items()),
    }
    return TrailForm(request.GET.dict(), choices=choices)


def _asked(form: TrailForm, person: User) -> TrailFilter:
    asked = form.cleaned_data
    return TrailFilter(
        words=tuple(asked["q"].split()),
        person=asked["person"],
        action=asked["action"],
        path=asked["path"],
        kind=asked["kind"],
        first_on=asked["from"],
        last_on=asked["to"],
        reads_drafts=can_read_every_draft(person),
    )


def _chosen(form: TrailForm) -> dict[str, str]:
    """Return what was asked for as the address has it, without what was left open."""
    if not form.is_valid():
        return {}
    return {name: str(value) for name, value in form.cleaned_data.items() if value}


def _key(request: HttpRequest, name: str) -> int | None:
    """Read from which entry a page begins; what is no key asks for the newest page."""
    text = request.GET.get(name, "")
    is_key = text.isascii() and text.isdigit() and len(text) < len(LARGEST_KEY)
    return int(text) if is_key else None
