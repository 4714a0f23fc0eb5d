"""Targets and rates."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from kpialign.interchange import stored, stored_figures
from kpialign.interchange.checking.actuals import check_actuals
from kpialign.interchange.checking.cells import CellRules, length_words
from kpialign.interchange.figures import Percent
from kpialign.interchange.periods import LENGTH_WORDS, YEAR_LENGTH, length_of
from kpialign.interchange.problems import CellError
from kpialign.interchange.proposal import Entry, Proposal, merge
from kpialign.interchange.rows import TargetRow
from kpialign.interchange.sheets import SHEETS
from kpialign.interchange.tables import Table
from kpis.models import NodeDefinition

CELLS = ("baseline", "target", "band_low", "band_high", "budget")
BAND, SUM = NodeDefinition.Direction.BAND, NodeDefinition.TimeRollup.SUM
STORED_ROW = 1  # what is stored stands in no row of a file
OPEN_PERIODS = "open periods only; ask a finance admin to reopen"


def check_figures(proposal: Proposal) -> None:
    """Merge and check targets, actuals and rates."""
    rules = CellRules(proposal)
    _check_targets(proposal, rules)
    check_actuals(proposal, rules)
    _check_rates(proposal, rules)


def _check_targets(proposal: Proposal, rules: CellRules) -> None:
    table = proposal.tables.get("targets")
    if table is not None:
        table = _placed(proposal, rules, table)
    gone = proposal.gone("targets")
    codes = {row.kpi for row in table.rows} if table else set()
    codes |= {kpi for kpi, _entity, _period in gone}
    held = stored_figures.targets(codes) if codes else {}
    merged = merge(table, SHEETS["targets"], held, proposal.report, gone)
    proposal.sheets["targets"] = merged
    finer = _finer(rules, merged.final.values())
    for entry in merged.sound:
        _check_target(proposal, rules, entry)
        _warn_of_target(proposal, rules, entry, finer)
    touched = [(entry.number, entry.new.entity, entry.new.period) for entry in merged.changed]
    touched += [(STORED_ROW, entity, period) for _kpi, entity, period in gone]
    for number, entity, period in touched:
        if rules.closed.meets(entity, period):
            told = f"{period}, or one inside or around it, is closed for {entity}"
            proposal.report.error("targets", number, "period", told, OPEN_PERIODS)


def _placed(proposal: Proposal, rules: CellRules, table: Table) -> Table:
    """Give each row its entity and plain numbers; leave out those whose codes are unknown."""
    numbers: list[int] = []
    rows: list[TargetRow] = []
    broken: set[int] = set()
    for index, (number, told) in enumerate(zip(table.numbers, table.rows, strict=True)):
        row = told if told.entity else told._replace(entity=proposal.root)
        wrong = rules.wrong_place(row.kpi, row.entity) if row.kpi else None
        if wrong:
            proposal.report.error("targets", number, *wrong)
        if wrong or not row.kpi or not row.period:
            continue
        if index in table.broken:
            broken.add(len(rows))
        numbers.append(number)
        rows.append(_plain(proposal, rules, row, number))
    return Table(table.sheet, numbers, rows, table.present, frozenset(broken))


def _plain(proposal: Proposal, rules: CellRules, row: TargetRow, number: int) -> TargetRow:
    """Put plain numbers in the place of percentages."""
    plain: dict[str, Any] = {}
    for column in CELLS:
        figure = getattr(row, column)
        if isinstance(figure, Percent):
            try:
                plain[column] = rules.number(figure, row.kpi)
            except CellError as error:
                proposal.report.error("targets", number, column, error.wrong, error.accepted)
                plain[column] = figure.number
    return row._replace(**plain) if plain else row


def _check_target(proposal: Proposal, rules: CellRules, entry: Entry) -> None:
    row, report = entry.new, proposal.report
    own = rules.length_of(row.kpi)
    if length_of(row.period) < own:
        told = f"{row.period} is shorter than {LENGTH_WORDS[own]}, in which {row.kpi} is measured"
        accepted = length_words(length for length in LENGTH_WORDS if length >= own)
        report.error("targets", entry.number, "period", told, accepted)
    if proposal.kpis[row.kpi].direction != BAND:
        return
    if row.band_low is None or row.band_high is None:
        column = "band_low" if row.band_low is None else "band_high"
        told = f"{row.kpi} has a band, and an edge is missing"
        report.error("targets", entry.number, column, told, "both edges")
    elif row.band_low > row.band_high:
        told = f"the lower edge {row.band_low} is above the upper one {row.band_high}"
        report.error("targets", entry.number, "band_low", told, "at most the upper edge")


def _finer(rules: CellRules, rows: Iterable[TargetRow]) -> set[tuple[str, str, int]]:
    """Tell for which KPIs, entities and months there are rows shorter than a fiscal year."""
    return {
        (row.kpi, row.entity, rules.span(row.period).first)
        for row in rows
        if length_of(row.period) < YEAR_LENGTH
    }


def _warn_of_target(
    proposal: Proposal, rules: CellRules, entry: Entry, finer: set[tuple[str, str, int]]
) -> None:
    row, report = entry.new, proposal.report
    if not rules.active(row.entity, row.period):
        told = f"{row.entity} is not active in {row.period}, so that the target is without effect"
        report.warn("targets", entry.number, "entity", told)
    kpi, span = proposal.kpis[row.kpi], rules.span(row.period)
    is_longer = span.months == YEAR_LENGTH and rules.length_of(row.kpi) == 1
    if is_longer and kpi.time_rollup != SUM:
        months = range(span.first, span.last + 1)
        if not any((row.kpi, row.entity, month) in finer for month in months):
            told = f"the target of {row.kpi} is held flat: a path needs a row a period"
            report.warn("targets", entry.number, "period", told)


def _check_rates(proposal: Proposal, rules: CellRules) -> None:
    report = proposal.report
    table, gone = proposal.tables.get("rates"), proposal.gone("rates")
    merged = merge(table, SHEETS["rates"], stored.rates(), report, gone)
    proposal.sheets["rates"] = merged
    settings = proposal.final("settings")
    own = str(settings["currency"].value) if "currency" in settings else ""
    stale = {row.currency for row in merged.stored.values()}
    if own in stale:
        told = f"there are rates for {own}, which the organisation's own currency cannot have"
        report.error("settings", 1, "value", told, "another currency")
    for entry in merged.sound:
        row = entry.new
        if row.currency == own:
            told = f"{own} is the organisation's own currency, whose rate is 1"
            report.error("rates", entry.number, "currency", told, "other currencies")
        for column in ("average", "closing"):
            value = getattr(row, column)
            if not isinstance(value, Decimal) or value <= 0:
                told = f"the rate {getattr(value, 'number', value)} is not a number above 0"
                report.error("rates", entry.number, column, told, "a plain number above 0")
    touched = [(entry.number, entry.new.period) for entry in merged.changed]
    touched += [(STORED_ROW, period) for _currency, period in gone]
    for number, period in touched:
        if rules.closed.holds_rate(period, proposal.entities):
            told = f"{period} is closed for a group"
            report.error("rates", number, "period", told, OPEN_PERIODS)
