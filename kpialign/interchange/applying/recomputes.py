"""Ask for the scores that an import can reach."""

from kpialign.interchange.applying.writing import Writing
from kpialign.interchange.difference import Difference
from organisation.services import recompute

# A change of these reaches every score there is.
REACH_ALL = ("settings", "entities", "rates")


def request_scores(writing: Writing) -> None:
    """Ask for each series and node that changed, or for everything if that was touched."""
    reached = reached_by(writing.difference)
    why = writing.why or "The cascade changed"
    recompute.request_recomputes(reached, by=writing.by, why=why)


def reached_by(difference: Difference) -> set[recompute.Change]:
    """Return the series and nodes whose scores a difference can move."""
    sheets = difference.sheets
    if any(sheets[name].entries or sheets[name].removed for name in REACH_ALL):
        return {recompute.Change("all")}
    rows = [entry.new for name in ("objectives", "kpis") for entry in sheets[name].entries]
    parents = [entry.new.parent for entry in sheets["links"].entries]
    parents += [row.parent for row in sheets["links"].removed]
    targets = [entry.new for entry in sheets["targets"].entries] + sheets["targets"].removed
    actuals = [entry.new for entry in difference.actuals]
    return {
        *(recompute.Change("node", row.code) for row in rows),
        *(recompute.Change("node", parent) for parent in parents),
        *(recompute.Change("target", row.kpi, row.entity) for row in targets),
        *(recompute.Change("actual", row.kpi, row.entity) for row in actuals),
    }
