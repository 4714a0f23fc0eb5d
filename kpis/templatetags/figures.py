"""Show figures on entry sheets, in full, as they are typed."""

from collections.abc import Mapping
from decimal import Decimal

from django import template

from kpis.errors import Conflict
from kpis.forms import CellForm, SheetForm
from kpis.number_reading import typed
from kpis.rows import Cell, EntrySheet, Purpose

register = template.Library()


@register.filter
def in_full(value: Decimal | None) -> str:
    """Show a figure with all its digits; a dash where there is none."""
    return typed(value) or "\u2013"


@register.filter
def as_typed(text: str) -> str:
    """Write a number as the person types it, for an example."""
    return typed(Decimal(text))


@register.filter
def form_of(form: SheetForm, cell: Cell) -> CellForm | None:
    """Return the form of a cell, None where the person only reads."""
    return form.forms.get(cell.key)


@register.filter
def conflict_of(form: SheetForm, cell: Cell) -> Conflict | None:
    """Return what somebody else wrote into the cell meanwhile, if anything."""
    return form.conflicts.get((cell.kpi.node.code, cell.entity.code))


@register.filter
def purpose_of(sheet: EntrySheet, cell: Cell) -> Purpose:
    """Return what the KPI of a cell is for."""
    purposes: Mapping[str, Purpose] = sheet.purposes
    return purposes.get(cell.kpi.node.code, Purpose())


@register.filter
def unit_of(cell: Cell) -> str:
    """Name the unit of a cell: money is in the currency of its entity."""
    return cell.currency if cell.kpi.unit == "money" else cell.kpi.unit


@register.filter
def target_of(cell: Cell) -> str:
    """Show the target of a cell, or its band."""
    if cell.target is None:
        return "\u2013"
    if cell.is_band:
        return f"{in_full(cell.target.band_low)} to {in_full(cell.target.band_high)}"
    return in_full(cell.target.target)
