"""The refusals of the organisation app, each named after its rule."""

from kpialign.errors import RefusedError


class UnknownPersonError(RefusedError):
    """Nobody here has this email address."""


class EmailNotReadableError(RefusedError):
    """What was given as an email address is none."""


class RoleWithoutDepartmentError(RefusedError):
    """A department head needs a department."""


class LastSystemAdminError(RefusedError):
    """Without this person nobody could manage people any more."""


class InvitationSpentError(RefusedError):
    """The link was used, has expired, or was never given out."""


class WeakPasswordError(RefusedError):
    """The password breaks a rule that keeps guessing hard."""


class RolesChangedError(RefusedError):
    """Somebody else changed the person's roles since the form was opened."""


class DisabledPersonError(RefusedError):
    """Who is disabled gets no key."""


class TokenDaysError(RefusedError):
    """A token lasts a day at least and a year at most."""
