"""Close the door of sign-up: people come in by an invitation alone."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-in by people who were invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 allauth calls it so
        """Refuse everyone."""
        return False
