"""The refusal that every service raises and every door turns into words."""


class RefusedError(Exception):
    """A rule refuses the change; its text tells the person what to do next."""
