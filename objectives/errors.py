"""The refusals of the objectives app, each named by its rule."""

from collections.abc import Sequence

from kpialign.errors import RefusedError


class LoopError(RefusedError):
    """A link would let a node lean on itself; the path around is named."""

    def __init__(self, path: Sequence[str]) -> None:
        """Keep the path, first node repeated at its end."""
        super().__init__(f"This would close a loop: {' > '.join(path)}. Nothing was saved.")
        self.path = tuple(path)


class ObjectiveBeneathKPIError(RefusedError):
    """An objective can lean on KPIs, never the other way round."""
