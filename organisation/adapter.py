"""Fit sign-in to this product: invited people alone, and the same answer for everyone else."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from organisation.models import User
from organisation.services import people

NOT_TOGETHER = "This email address and this password do not go together."
TOO_OFTEN = "Too many tries. Wait five minutes, then try again."

log = logging.getLogger(__name__)


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-in by people who were invited."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": NOT_TOGETHER,
        "too_many_login_attempts": TOO_OFTEN,
        "enter_current_password": "This is not your current password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 allauth calls it so
        """Refuse everyone."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:  # noqa: ANN401
        """Answer a disabled person as a wrong password is answered: the account is no secret's."""
        user: User | None = super().authenticate(request, **credentials)
        return user if user is not None and user.is_active else None

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ANN401, ARG002
        """Count by account alone: allauth counts by host too, whose port a client may make up."""
        return str(credentials["email"]).lower()

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401, ARG002
        """Leave a line for whoever watches over sign-ins; what was typed is not in it."""
        log.warning("Sign-in refused from %s", self.get_client_ip(request))

    def set_password(self, user: User, password: str) -> None:
        """Change the password through the service, which writes the trail."""
        people.change_password(person=user, password=password, by=user, path="form")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """Go back to one's own page, with the message that says it is done."""
        return reverse("me")
