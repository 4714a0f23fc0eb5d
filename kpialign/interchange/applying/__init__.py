"""Write what a checked file changes, all in one transaction, each subject in bulk."""

from kpialign.interchange.applying.actuals import write_actuals
from kpialign.interchange.applying.cascade import write_cascade
from kpialign.interchange.applying.figures import write_rates, write_targets
from kpialign.interchange.applying.organisation import write_organisation
from kpialign.interchange.applying.recomputes import request_scores
from kpialign.interchange.applying.writing import Writing

__all__ = [
    "Writing",
    "request_scores",
    "write_actuals",
    "write_cascade",
    "write_organisation",
    "write_rates",
    "write_targets",
]
