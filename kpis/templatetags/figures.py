"""Show figures on entry sheets, in full, as they are typed."""

from collections.abc import Mapping
from decimal import Decimal

from django import template

from kpis.forms import CellForm, SheetForm
from kpis.errors import Conflict
from kpis.number_reading import typed
from kpis.rows import Cell, EntrySheet, Purpose

register = template.Library()


@register.filter
def in_full(value: Decimal | None) -> str:
    """Show a figure with all its digits; a dash where there is none."""
    return typed(value) or "\u2013"


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
