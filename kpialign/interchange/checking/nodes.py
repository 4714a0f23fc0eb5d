"""Perspectives, objectives and KPIs, but for their formulas."""

import re

from kpialign.interchange import rows, stored
from kpialign.interchange.checking.formulas import check_formulas
from kpialign.interchange.checking.held import check_held_figures
from kpialign.interchange.checking.references import check_known, row_of
from kpialign.interchange.problems import shown
from kpialign.interchange.proposal import Entry, Merged, Proposal, merge
from kpialign.interchange.sheets import SHEETS
from kpialign.interchange.tables import Table
from kpis.models import NodeDefinition

TimeRollup, EntityRollup = NodeDefinition.TimeRollup, NodeDefinition.EntityRollup
NOT_IN_CODES = re.compile(r"[^A-Za-z0-9._-]+")
CODE_LENGTH = 64
FINANCIAL = "financial"


def check_nodes(proposal: Proposal) -> None:
    """Merge and check what the cascade consists of."""
    _check_perspectives(proposal)
    _check_objectives(proposal)
    _check_kpis(proposal)
    _check_name_space(proposal)
    check_formulas(proposal)
    check_held_figures(proposal)


def _check_perspectives(proposal: Proposal) -> None:
    """Merge the perspectives; where there are none at all, the objectives name them."""
    table = proposal.tables.get("perspectives")
    merged = merge(table, SHEETS["perspectives"], stored.perspectives(), proposal.report)
    proposal.sheets["perspectives"] = merged
    if not merged.final:
        _derive_perspectives(merged, proposal.tables.get("objectives"))


def _derive_perspectives(merged: Merged, objectives: Table | None) -> None:
    """Make a perspective of each distinct text of the objectives."""
    texts = [row.perspective.strip() for row in objectives.rows] if objectives else []
    for text in dict.fromkeys(filter(None, texts)):
        code = _free_code(text, merged.final)
        merged.final[code] = rows.PerspectiveRow(code, text, text.casefold() == FINANCIAL)


def _free_code(text: str, taken: dict[str, object]) -> str:
    """Make a code of a text: itself where it is one, else as near as codes come."""
    near = NOT_IN_CODES.sub("-", text).strip("-")[: CODE_LENGTH - 4] or "perspective"
    tries = [near, *(f"{near}-{number}" for number in range(2, 1_000))]
    return next(code for code in tries if code not in taken)


def _check_objectives(proposal: Proposal) -> None:
    table = _with_perspective_codes(proposal, proposal.tables.get("objectives"))
    merged = merge(table, SHEETS["objectives"], stored.objectives(), proposal.report)
    proposal.sheets["objectives"] = merged
    check_known(proposal, merged, "perspective", proposal.final("perspectives"), "perspectives")
    check_known(proposal, merged, "department", proposal.final("departments"), "departments")


def _with_perspective_codes(proposal: Proposal, table: Table | None) -> Table | None:
    """Put codes in the place of perspectives that objectives call by their names."""
    if table is None:
        return None
    known = proposal.final("perspectives")
    by_name: dict[str, str] = {}
    for code, row in known.items():
        by_name[row.name] = "" if row.name in by_name else code
    coded = []
    for row in table.rows:
        text = row.perspective.strip()
        code = text if text in known else by_name.get(text) or text
        coded.append(row._replace(perspective=code))
    return Table(table.sheet, table.numbers, coded, table.present, table.broken)


def _check_kpis(proposal: Proposal) -> None:
    table = proposal.tables.get("kpis")
    merged = merge(table, SHEETS["kpis"], stored.kpis(), proposal.report)
    proposal.sheets["kpis"] = merged
    check_known(proposal, merged, "department", proposal.final("departments"), "departments")
    entities = proposal.entities
    for entry in merged.entries:
        for code in entry.new.entities:
            if code not in entities:
                told = f"there is no {shown(code)} in entities"
                accepted = "codes of entities, separated by spaces"
                proposal.report.error("kpis", entry.number, "entities", told, accepted)
    for entry in merged.sound:
        _check_rollups(proposal, entry)


def _check_rollups(proposal: Proposal, entry: Entry) -> None:
    """Check that the roll-ups go with each other and with the formula."""
    row, report = entry.new, proposal.report
    calculated = {column for column in ("time_rollup", "entity_rollup") if _is_formula(row, column)}
    if calculated and not row.formula:
        column = min(calculated, key=("time_rollup", "entity_rollup").index)
        told = f"{column} is formula, but the KPI has none"
        report.error("kpis", entry.number, column, told, "a formula, or another roll-up")
    adds = row.entity_rollup in (EntityRollup.SUM, EntityRollup.AVERAGE)
    if row.time_rollup == TimeRollup.FORMULA and adds:
        told = f"time_rollup formula does not go with entity_rollup {row.entity_rollup}"
        report.error("kpis", entry.number, "entity_rollup", told, "formula, none or empty")


def _is_formula(row: rows.KPIRow, column: str) -> bool:
    return bool(getattr(row, column) == TimeRollup.FORMULA)


def _check_name_space(proposal: Proposal) -> None:
    """Refuse a code that an objective and a KPI share."""
    kpis = proposal.sheets["kpis"]
    for code in sorted(proposal.final("objectives").keys() & kpis.final.keys()):
        name, merged = "kpis", kpis
        if not any(entry.new.code == code for entry in kpis.entries):
            name, merged = "objectives", proposal.sheets["objectives"]
        told = f"{shown(code)} is the code of an objective and of a KPI"
        proposal.report.error(name, row_of(merged, code), "code", told, "a code of its own")
