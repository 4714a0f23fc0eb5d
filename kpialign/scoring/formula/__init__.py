"""Formulas of calculated KPIs: reading them, their references, and their values on arrays."""

from kpialign.scoring.formula.cycles import find_cycle
from kpialign.scoring.formula.errors import FormulaError
from kpialign.scoring.formula.parse import parse
from kpialign.scoring.formula.steps import Formula, Reference

__all__ = ["Formula", "FormulaError", "Reference", "find_cycle", "parse"]
