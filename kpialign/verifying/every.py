"""Look at everything, one subject after the other."""

from collections.abc import Iterator

from kpialign.verifying.cascade import cascade_faults
from kpialign.verifying.closings import closing_faults
from kpialign.verifying.database import database_faults
from kpialign.verifying.decisions import decision_faults
from kpialign.verifying.fault import Fault
from kpialign.verifying.figures import figure_faults
from kpialign.verifying.organisation import organisation_faults
from kpialign.verifying.scores import score_faults
from kpialign.verifying.snapshots import snapshot_faults
from kpialign.verifying.values import value_faults

SUBJECTS = (
    database_faults,
    value_faults,
    organisation_faults,
    cascade_faults,
    figure_faults,
    decision_faults,
    closing_faults,
    snapshot_faults,
    score_faults,
)


def every_fault() -> Iterator[Fault]:
    """Give all faults that there are; none means that the database is sound.

    A subject that cannot be looked at, as what it stands on is broken, is a fault itself.
    """
    for subject in SUBJECTS:
        try:
            yield from subject()
        except Exception as error:  # noqa: BLE001, whatever damage does to the reader is told
            told = f"cannot be looked at ({type(error).__name__}: {error})"
            yield Fault("everything_is_readable", subject.__name__.removesuffix("_faults"), told)
