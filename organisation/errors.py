"""The refusals of the organisation app, each named after its rule."""

from kpialign.errors import RefusedError


class UnknownPersonError(RefusedError):
    """Nobody here has this email address."""
