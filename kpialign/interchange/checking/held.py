"""Whether figures that are stored already still fit what a file makes of KPIs and entities."""

from django.db.models import Q, QuerySet

from kpialign.interchange import stored_figures
from kpialign.interchange.checking.formulas import LENGTHS
from kpialign.interchange.periods import first_day, length_of
from kpialign.interchange.proposal import Entry, Proposal, key_of
from kpialign.interchange.rows import TargetRow
from kpialign.interchange.sheets import SHEETS
from kpis.models import Actual, NodeDefinition

BAND = NodeDefinition.Direction.BAND


def check_held_figures(proposal: Proposal) -> None:
    """Check the KPIs and entities that are there already and would change."""
    for entry in proposal.sheets["entities"].changed:
        if entry.old is not None:
            _check_activity(proposal, entry)
    touched = [e for e in proposal.sheets["kpis"].changed if e.old is not None]
    for entry in touched:
        _check_actuals(proposal, entry)
    _check_targets(proposal, [e for e in touched if _measures_otherwise(e)])


def _measures_otherwise(entry: Entry) -> bool:
    old, new = entry.old, entry.new
    return bool((old.frequency, old.direction) != (new.frequency, new.direction))


def _check_activity(proposal: Proposal, entry: Entry) -> None:
    """Refuse to end an entity's activity before the figures that it has."""
    outside = Q()
    if entry.new.active_from:
        outside |= Q(period__end_on__lt=first_day(entry.new.active_from))
    if entry.new.active_to:
        outside |= Q(period__start_on__gt=first_day(entry.new.active_to))
    if outside and _figures(entity__code=entry.new.code).filter(outside).exists():
        told = "the entity has actuals in months in which it would not be active"
        proposal.report.error("entities", entry.number, "active_from", told, "months around them")


def _figures(**of: str) -> "QuerySet[Actual]":
    has_figure = Q(counted__value__isnull=False) | Q(draft__value__isnull=False)
    return Actual.objects.filter(has_figure, **of)


def _check_actuals(proposal: Proposal, entry: Entry) -> None:
    """Refuse a formula, or another frequency, where actuals stand."""
    old, new = entry.old, entry.new
    column = told = accepted = ""
    if new.formula and not old.formula:
        column, told, accepted = "formula", "a KPI with a formula takes none", "no formula"
    elif new.frequency != old.frequency:
        column, told, accepted = "frequency", f"they are {old.frequency}", old.frequency
    if told and _figures(kpi__node__code=new.code).exists():
        told = f"{new.code} has actuals, and {told}"
        proposal.report.error("kpis", entry.number, column, told, accepted)


def _check_targets(proposal: Proposal, entries: list[Entry]) -> None:
    """Refuse a direction or frequency that targets which stay cannot have."""
    table = proposal.tables.get("targets")
    key = key_of(SHEETS["targets"])
    replaced = (
        {key(row._replace(entity=row.entity or proposal.root)) for row in table.rows}
        if table
        else set()
    )
    held = stored_figures.targets([e.new.code for e in entries]) if entries else {}
    by_kpi: dict[str, list[TargetRow]] = {}
    for cell, row in held.items():
        if cell not in replaced:
            by_kpi.setdefault(row.kpi, []).append(row)
    for entry in entries:
        new, rows = entry.new, by_kpi.get(entry.new.code, [])
        if any(length_of(row.period) < LENGTHS.get(new.frequency, 1) for row in rows):
            told = f"{new.code} has targets for shorter periods"
            proposal.report.error("kpis", entry.number, "frequency", told, entry.old.frequency)
        if new.direction == BAND and any(None in (row.band_low, row.band_high) for row in rows):
            told = f"{new.code} has targets without a band"
            proposal.report.error("kpis", entry.number, "direction", told, entry.old.direction)
