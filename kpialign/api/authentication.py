"""Let a program in that shows the token of a person."""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from organisation.models import User
from organisation.services.tokens import person_of_token

KEYWORD = "Token"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token kpa_...`; a token that does not hold any more is refused with 401."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return whose token it is; None if none was shown, so that a session may be there."""
        scheme, _, given = get_authorization_header(request).partition(b" ")
        if scheme.lower() != KEYWORD.lower().encode():
            return None
        person = person_of_token(given.decode("ascii", "replace").strip())
        if person is None:
            raise AuthenticationFailed("The token is unknown, has expired or was revoked.")
        return person, None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Name what is asked for, by which an answer to the anonymous is 401."""
        return f'{KEYWORD} realm="KPIAlign"'
