"""What keeps a recompute from being written."""


class LeaseHeldError(Exception):
    """Another run is writing scores just now."""


class LeaseLostError(Exception):
    """Another run took over from a late one: nothing of the late one may be written."""


class RecomputeFailedError(Exception):
    """A recompute came to an error; what it was to do stays outstanding."""
