"""Read the API tokens that one person has."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from organisation.models import ApiToken, User

MOST = 100


def tokens_of(person: User) -> QuerySet[ApiToken]:
    """Return a person's tokens, the newest first: good ones and those that have ended."""
    return person.api_tokens.order_by("-pk")[:MOST]


def get_own_token(person: User, token_id: int) -> ApiToken:
    """Return this token of the person's own; any other looks absent."""
    return get_object_or_404(ApiToken, pk=token_id, user=person)
