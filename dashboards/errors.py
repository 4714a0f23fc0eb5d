"""What keeps a recompute from being written, and a period from being closed."""

from collections.abc import Sequence

from kpialign.errors import RefusedError
from kpis.selectors.checklist import Gap

TOLD = 3


class LeaseHeldError(Exception):
    """Another run is writing scores just now."""


class LeaseLostError(Exception):
    """Another run took over from a late one: nothing of the late one may be written."""


class RecomputeFailedError(Exception):
    """A recompute came to an error; what it was to do stays outstanding."""


class GapsError(RefusedError):
    """Figures are missing or not approved, and nobody said why the period closes all the same."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        """Keep every gap; the text tells of the first ones."""
        first = "; ".join(gap.told for gap in gaps[:TOLD])
        more = f"; and {len(gaps) - TOLD} more" if len(gaps) > TOLD else ""
        count = f"{len(gaps)} figures are" if len(gaps) > 1 else "1 figure is"
        super().__init__(
            f"{count} missing or not approved: {first}{more}. Have them entered and approved, or"
            " give a reason for closing without them."
        )
        self.gaps = tuple(gaps)
