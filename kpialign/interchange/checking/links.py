"""The links of the cascade: weights, and a graph without a circle."""

from decimal import Decimal
from itertools import pairwise

from kpialign.interchange import stored
from kpialign.interchange.checking.references import check_known, row_of
from kpialign.interchange.problems import shown
from kpialign.interchange.proposal import Entry, Proposal, merge
from kpialign.interchange.sheets import SHEETS
from kpialign.scoring.formula import find_cycle


def check_links(proposal: Proposal) -> None:
    """Merge and check the links; a parent of the file gets exactly the children listed."""
    merged = merge(proposal.tables.get("links"), SHEETS["links"], stored.links(), proposal.report)
    proposal.sheets["links"] = merged
    listed = {(entry.new.parent, entry.new.child) for entry in merged.entries}
    parents = {entry.new.parent for entry in merged.entries} | proposal.childless
    for pair in [pair for pair in merged.final if pair[0] in parents and pair not in listed]:
        del merged.final[pair]
    nodes = proposal.kpis.keys() | proposal.final("objectives").keys()
    check_known(proposal, merged, "parent", nodes, "objectives or kpis")
    check_known(proposal, merged, "child", nodes, "objectives or kpis")
    for entry in merged.sound:
        _check_link(proposal, entry)
    _check_loop(proposal)


def _check_link(proposal: Proposal, entry: Entry) -> None:
    row, report = entry.new, proposal.report
    if not isinstance(row.weight, Decimal):
        report.error("links", entry.number, "weight", "is a percentage", "a plain number above 0")
    elif row.weight <= 0:
        told = f"the weight {row.weight} is not above 0"
        report.error("links", entry.number, "weight", told, "a number above 0")
    if row.parent in proposal.kpis and row.child in proposal.final("objectives"):
        told = f"the objective {shown(row.child)} stands beneath the KPI {shown(row.parent)}"
        report.error("links", entry.number, "child", told, "KPIs beneath a KPI")


def _check_loop(proposal: Proposal) -> None:
    """Refuse a circle of links, contributes and drives together, and name it."""
    merged = proposal.sheets["links"]
    beneath: dict[str, list[str]] = {}
    for parent, child in merged.final:
        beneath.setdefault(parent, []).append(child)
    loop = find_cycle(beneath)
    if loop:
        rows = [row_of(merged, pair) for pair in pairwise(loop)]
        row = max(rows)  # the database alone holds no circle
        told = f"the links go round in a circle: {' > '.join(loop)}"
        proposal.report.error("links", row, "child", told, "links without a circle")
