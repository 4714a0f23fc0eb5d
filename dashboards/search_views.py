"""Search, as a page of its own and as the list beneath the field of any page."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from dashboards.frame import frame_of
from dashboards.links import kept_query
from dashboards.selectors.search import Place, search
from dashboards.selectors.waiting import sheets_for
from kpialign.htmx import asks_for
from organisation.permissions import can_read_scores, person_of, requires

FOUND = "search-results"
KEEPING = {"Objective", "KPI", "Department"}


@require_safe
@requires(can_read_scores)
def search_page(request: HttpRequest) -> HttpResponse:
    """Show what fits the words, the best first."""
    results = search(request.GET.get("q", ""), _pages(request))
    results = replace(results, places=[_about_the_same(request, one) for one in results.places])
    is_part = asks_for(request, FOUND)
    template = "dashboards/_search.html" if is_part else "dashboards/search.html"
    response = render(request, template, {"results": results})
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    patch_cache_control(response, private=True, no_store=True)
    return response


def _about_the_same(request: HttpRequest, place: Place) -> Place:
    """Lead to a place at the period, entity and comparison that the search was asked from."""
    if place.kind in KEEPING:
        return replace(place, url=place.url + kept_query(request))
    if place.kind == "Entity":
        url = reverse("enterprise") + kept_query(request, entity=place.code)
        return replace(place, url=url)
    return place


def _pages(request: HttpRequest) -> list[Place]:
    """List the pages that this person has, and the sheets that they owe figures for."""
    pages = [Place("Page", entry.label, entry.url) for entry in frame_of(request).entries]
    for due in sheets_for(person_of(request)).sheets:
        department, label = due.department, due.period.label
        url = f"{reverse('entry_sheet', args=[department.code])}?period={label}"
        pages.append(Place("To do", f"Enter actuals {label}: {department.name}", url))
    return pages
