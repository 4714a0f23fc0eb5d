"""Put a person's tokens into words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from kpialign.styles import day, moment
from organisation.models import ApiToken


@dataclass(frozen=True)
class TokenRow:
    """One token as its person sees it."""

    pk: int
    name: str
    created: str
    expires: str
    used: str
    state: str
    is_good: bool


def token_rows(tokens: Iterable[ApiToken], zone: ZoneInfo, now: datetime) -> list[TokenRow]:
    """Tell of each token when it was made, until when it is good and when it was last used."""
    return [token_row(token, zone, now) for token in tokens]


def token_row(token: ApiToken, zone: ZoneInfo, now: datetime) -> TokenRow:
    """Tell of one token."""
    return TokenRow(
        pk=token.pk,
        name=token.name or "Without a name",
        created=day(token.created_at.astimezone(zone)),
        expires=day(token.expires_at.astimezone(zone)),
        used=moment(token.used_at, zone) if token.used_at else "Never",
        state=_state(token, zone, now),
        is_good=token.revoked_at is None and now < token.expires_at,
    )


def _state(token: ApiToken, zone: ZoneInfo, now: datetime) -> str:
    if token.revoked_at is not None:
        return f"Revoked {day(token.revoked_at.astimezone(zone))}"
    return "Good" if now < token.expires_at else "Expired"
