"""The formulas of KPIs: readable, about KPIs that are there, and without a circle."""

from kpialign.interchange.checking.references import row_of
from kpialign.interchange.problems import shown
from kpialign.interchange.proposal import Entry, Proposal
from kpialign.interchange.rows import KPIRow
from kpialign.scoring.formula import Formula, FormulaError, Reference, find_cycle, parse
from kpis.models import KPI, NodeDefinition

LENGTHS: dict[str, int] = {
    KPI.Frequency.MONTHLY: 1,
    KPI.Frequency.QUARTERLY: 3,
    KPI.Frequency.ANNUAL: 12,
}


def check_formulas(proposal: Proposal) -> None:
    """Check every formula, if any KPI of the file changes."""
    merged = proposal.sheets["kpis"]
    if not merged.changed:
        return
    read = _read(proposal)
    for entry in merged.sound:
        formula = read.get(entry.new.code)
        if formula:
            for reference in formula.references:
                _check_reference(proposal, entry, reference, read)
    loop = find_cycle({code: formula.codes for code, formula in read.items()})
    if loop:
        told = f"the formulas go round in a circle: {' > '.join(loop)}"
        row = max(row_of(merged, code) for code in loop)  # the database alone holds no circle
        proposal.report.error("kpis", row, "formula", told, "formulas without a circle")


def _read(proposal: Proposal) -> dict[str, Formula]:
    """Read all formulas there would be; one that cannot be read is reported."""
    merged = proposal.sheets["kpis"]
    read: dict[str, Formula] = {}
    for code, row in merged.final.items():
        if not row.formula:
            continue
        try:
            read[code] = parse(row.formula)
        except FormulaError as error:
            told = f"{shown(row.formula)}, {error}"
            accepted = "a formula such as [profit] / [revenue] * 100"
            proposal.report.error("kpis", row_of(merged, code), "formula", told, accepted)
    return read


def _check_reference(
    proposal: Proposal, entry: Entry, reference: Reference, read: dict[str, Formula]
) -> None:
    """Check one KPI that a formula refers to."""
    wrong = _wrong(proposal, entry.new, reference, read)
    if wrong:
        told = f"{shown(entry.new.formula)}, column {reference.column}: {wrong[0]}"
        proposal.report.error("kpis", entry.number, "formula", told, wrong[1])


def _wrong(
    proposal: Proposal, row: KPIRow, reference: Reference, read: dict[str, Formula]
) -> tuple[str, str] | None:
    used = proposal.kpis.get(reference.code)
    if used is None:
        if reference.code in proposal.final("objectives"):
            return f"{reference.code} is an objective", "codes of KPIs"
        return f"there is no KPI {shown(reference.code)}", "codes of kpis"
    is_longer = LENGTHS.get(used.frequency, 1) > LENGTHS.get(row.frequency, 1)
    if is_longer and used.time_rollup == NodeDefinition.TimeRollup.SUM:
        told = f"{used.code} is a sum over a longer period ({used.frequency})"
        return told, f"a KPI measured {row.frequency} or more often, or one that is not a sum"
    if reference.to_date and used.code in read and read[used.code].uses_time:
        told = f"ytd({used.code}): the formula of {used.code} uses a time function itself"
        return told, "ytd of a KPI whose formula uses none"
    return None
