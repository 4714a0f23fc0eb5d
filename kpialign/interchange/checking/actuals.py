"""Actuals: each belongs to an entered KPI, in its own period, while its entity is active."""

from collections.abc import Iterator
from functools import cache

from kpialign.interchange import stored_figures
from kpialign.interchange.checking.cells import CellRules, Wrong, length_words
from kpialign.interchange.figures import Percent
from kpialign.interchange.periods import length_of
from kpialign.interchange.problems import CellError, shown
from kpialign.interchange.proposal import ActualEntry, Proposal
from kpialign.interchange.rows import ActualRow
from kpialign.interchange.stored_figures import FigureKey, HeldCell
from kpis.models import ActualRevision

Status = ActualRevision.Status
Numbered = tuple[int, ActualRow]
OPEN_PERIODS = "open periods only; ask a finance admin to reopen"


def check_actuals(proposal: Proposal, rules: CellRules) -> None:
    """Check the actuals of the file, and find those that say something new."""
    table = proposal.tables.get("actuals")
    if table is None:
        return
    seen: dict[FigureKey, int] = {}
    rows: list[Numbered] = []
    wrong_cell = cache(lambda kpi, period: _wrong_period(proposal, rules, kpi, period))
    for number, row in _with_figures(proposal, rules):
        wrong = wrong_cell(row.kpi, row.period) or _inactive(rules, row)
        key = row[:3]
        if wrong:
            proposal.report.error("actuals", number, *wrong)
        elif key in seen:
            told = f"{shown(' '.join(key))} stands twice, first in row {seen[key]}"
            proposal.report.error("actuals", number, "kpi", told, "one row for each key")
        else:
            seen[key] = number
            rows.append((number, row))
    _compare(proposal, rules, rows, table.present)


def _with_figures(proposal: Proposal, rules: CellRules) -> Iterator[Numbered]:
    """Yield the rows that hold a figure, each with its entity and a plain number."""
    table = proposal.tables["actuals"]
    for index, (number, told) in enumerate(zip(table.numbers, table.rows, strict=True)):
        if told.value is None or index in table.broken:
            continue
        row = told if told.entity else told._replace(entity=proposal.root)
        wrong = rules.wrong_place(row.kpi, row.entity)
        if wrong:
            proposal.report.error("actuals", number, *wrong)
            continue
        if isinstance(row.value, Percent):
            try:
                row = row._replace(value=rules.number(row.value, row.kpi))
            except CellError as error:
                proposal.report.error("actuals", number, "value", error.wrong, error.accepted)
                continue
        yield number, row


def _wrong_period(proposal: Proposal, rules: CellRules, kpi: str, period: str) -> Wrong | None:
    """Tell what is wrong with an actual of a KPI in a period, wherever it is reported."""
    if proposal.kpis[kpi].formula:
        return Wrong("kpi", f"{kpi} is calculated by a formula and takes no actual", "entered KPIs")
    own = rules.length_of(kpi)
    if length_of(period) == own:
        return None
    told = f"{period} is not {length_words([own])}, in which {kpi} is measured"
    return Wrong("period", told, length_words([own]))


def _inactive(rules: CellRules, row: ActualRow) -> Wrong | None:
    if rules.active(row.entity, row.period):
        return None
    told = f"{row.entity} is not active in {row.period}"
    return Wrong("entity", told, "entities while they are active")


def _compare(
    proposal: Proposal, rules: CellRules, rows: list[Numbered], present: frozenset[str]
) -> None:
    """Find the figures that differ from what their cells hold, and refuse them where closed."""
    codes = {row.kpi for _number, row in rows}
    held = stored_figures.actuals(codes, proposal.by) if rows else {}
    absent = {"comment", "status", "source"} - present
    for number, row in rows:
        cell = held.get(row[:3])
        new = row if cell is None else _revision(row, cell, absent)
        if new is None:
            proposal.unchanged_actuals += 1
            continue
        proposal.actuals.append(ActualEntry(number, cell, new))
        if rules.closed.holds(row.entity, row.period):
            told = f"{row.period} is closed for {row.entity}"
            proposal.report.error("actuals", number, "period", told, OPEN_PERIODS)


def _revision(row: ActualRow, held: HeldCell, absent: set[str]) -> ActualRow | None:
    """Return the revision that a row makes of what its cell holds; None if it is the same."""
    stands = held.counted or held.draft
    if "status" not in absent and row.status == Status.DRAFT:
        stands = held.draft or held.counted
    if stands is None:
        return row
    kept = {name: getattr(stands, name) for name in absent - {"status"}}
    if "status" in absent and stands.value == row.value:
        kept["status"] = stands.status
    new = row._replace(**kept) if kept else row
    same = held.draft if new.status == Status.DRAFT else held.counted
    return None if new == same else new
