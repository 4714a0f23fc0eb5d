"""Give out API tokens, shown once and kept as a hash; find whom one stands for; take them back."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from organisation.errors import DisabledPersonError, TokenDaysError
from organisation.models import ApiToken, User
from organisation.services import trail

PREFIX = "kpa_"  # by it a leaked token is found in a repository or a log
SECRET_BYTES = 32
FEWEST_DAYS, MOST_DAYS, USUAL_DAYS = 1, 365, 90
NOTED_EVERY = timedelta(minutes=1)  # when a token was used is kept no finer than this


@transaction.atomic
def issue_token(*, person: User, name: str = "", days: int, by: User | None, path: str) -> str:
    """Make a token that gives the person's rights; its text is returned here and never again."""
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise TokenDaysError(
            f"A token lasts {FEWEST_DAYS} to {MOST_DAYS} days; {days} is not among them."
        )
    locked = User.objects.select_for_update().get(pk=person.pk)
    if not locked.is_active:
        raise DisabledPersonError(f"{locked} is disabled. Enable this person, then issue a token.")
    text = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    now = timezone.now()
    token = ApiToken.objects.create(
        user=locked,
        name=name,
        digest=digest_of(text),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    issued = trail.Written("issue_token", "person", locked.email, None, _told(token))
    trail.record_many([issued], actor=by, path=path)
    return text


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User | None, path: str, why: str = "") -> bool:
    """Refuse the token from now on; say whether it was good until now."""
    return bool(_revoke(ApiToken.objects.filter(pk=token.pk), by=by, path=path, why=why))


@transaction.atomic
def revoke_tokens(*, person: User, by: User | None, path: str, why: str = "") -> int:
    """Refuse every token of a person from now on; return how many were good until now."""
    return _revoke(ApiToken.objects.filter(user_id=person.pk), by=by, path=path, why=why)


def person_of_token(text: str) -> User | None:
    """Return whom this token stands for; None if it is unknown, expired, revoked, or they are out.

    One look-up by the hash, whatever was sent: what it takes tells nothing of the token.
    """
    token = ApiToken.objects.select_related("user").filter(digest=digest_of(text)).first()
    now = timezone.now()
    if token is None or not _is_good(token, now):
        return None
    _note_use(token, now)
    return token.user


def digest_of(text: str) -> str:
    """Return the hash that is kept: 32 random bytes need no slow one.

    >>> digest_of("kpa_")[:8]
    'aa802121'
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _is_good(token: ApiToken, now: datetime) -> bool:
    return token.revoked_at is None and now < token.expires_at and token.user.is_active


def _note_use(token: ApiToken, now: datetime) -> None:
    if token.used_at is None or now - token.used_at >= NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)


def _revoke(tokens: QuerySet[ApiToken], *, by: User | None, path: str, why: str) -> int:
    now = timezone.now()
    good = tokens.filter(revoked_at=None, expires_at__gt=now)
    revoked = list(good.select_for_update(of=("self",)).select_related("user").order_by("pk"))
    ApiToken.objects.filter(pk__in=[token.pk for token in revoked]).update(revoked_at=now)
    writes = [
        trail.Written(
            "revoke_token", "person", token.user.email, _told(token), {"revoked_at": now}, why
        )
        for token in revoked
    ]
    trail.record_many(writes, actor=by, path=path)
    return len(revoked)


def _told(token: ApiToken) -> dict[str, object]:
    return {"token": token.pk, "name": token.name, "expires_at": token.expires_at}
