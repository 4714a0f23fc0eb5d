"""Targets of a KPI at one entity: a grid of the periods of a fiscal year."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from kpialign.interchange import stored, stored_figures
from kpialign.interchange.editing import stored_row
from kpialign.interchange.rows import KPIRow, TargetRow
from kpialign.shaping.answering import METHODS, answer, is_saved, posted
from kpialign.shaping.choices import entities
from kpialign.shaping.closed import closed_targets
from kpialign.shaping.fiscal import LENGTHS, Line, lines_of, year_asked, years_offered
from kpialign.shaping.forms.figures import TargetForm
from kpialign.shaping.forms.rows import WhyForm
from kpialign.shaping.holding import held_in, rule_of
from organisation.permissions import can_edit_cascade, requires


@dataclass(frozen=True)
class Grid:
    """What a page of targets is about."""

    kpi: KPIRow
    entity: str
    year: int
    lines: list[Line]
    rows: dict[str, TargetRow]  # by period

    @property
    def shortest(self) -> int:
        """The months of the KPI's own period."""
        return LENGTHS[self.kpi.frequency]


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def targets(request: HttpRequest, code: str) -> HttpResponse:
    """Show the targets of a year; save those that were changed."""
    kpi = stored_row("kpis", code)
    if kpi is None:
        raise Http404
    grid, why = _grid(request, kpi), WhyForm(posted(request))
    rows = _forms(request, grid)
    typed = [row for row in rows if not row.is_closed]
    if request.method == "POST" and is_saved(request, typed, why):
        here = reverse("shape_targets", args=[code])
        query = urlencode({"entity": grid.entity, "year": str(grid.year)})
        return redirect(f"{here}?{query}")
    return answer(request, "shaping/targets.html", _context(grid, rows), typed, why)


def _grid(request: HttpRequest, kpi: KPIRow) -> Grid:
    codes = [code for code, _name in entities()]
    entity = request.GET.get("entity", "") or codes[0]
    if entity not in codes:
        raise Http404
    year = year_asked(request.GET)
    held = stored_figures.targets([kpi.code])
    rows = {key[2]: row for key, row in held.items() if key[1] == entity}
    return Grid(kpi, entity, year, lines_of(year, LENGTHS[kpi.frequency]), rows)


def _forms(request: HttpRequest, grid: Grid) -> list[TargetForm]:
    closed = closed_targets(grid.entity, grid.lines)
    return [
        TargetForm(
            posted(request),
            line=line,
            key=(grid.kpi.code, grid.entity, line.label),
            row=grid.rows.get(line.label),
            is_band=grid.kpi.direction == "band",
            is_closed=line.label in closed,
        )
        for line in grid.lines
    ]


def _context(grid: Grid, rows: list[TargetForm]) -> dict[str, Any]:
    shown = [
        {
            "form": row,
            "line": row.line,
            "is_longer": row.line.months > grid.shortest,
            "held": held_in(row.line, grid.kpi, grid.lines, grid.rows, grid.shortest),
        }
        for row in rows
    ]
    return {
        "kpi": grid.kpi,
        "rows": shown,
        "rule": rule_of(grid.kpi),
        "is_band": grid.kpi.direction == "band",
        "entities": entities(),
        "entity": grid.entity,
        "place": stored.entities()[grid.entity].name,
        "years": years_offered(grid.year),
        "year": grid.year,
        "has_held": any(row["held"] for row in shown),
        "has_closed": any(row.is_closed for row in rows),
    }
