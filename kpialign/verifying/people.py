"""People: addresses, roles that fit, and secrets that are kept as hashes alone."""

import re
from collections.abc import Iterator

from django.contrib.auth.hashers import identify_hasher, is_password_usable

from kpialign.verifying.fault import Fault
from organisation.models import ApiToken, Membership, User

ADDRESS = re.compile(r"\A[^\s@]+@[^\s@]+\Z")
SHA_256 = re.compile(r"\A[0-9a-f]{64}\Z")


def people_faults() -> Iterator[Fault]:
    """Look at people, their roles and their tokens."""
    heads = Membership.objects.filter(role=Membership.Role.DEPARTMENT_HEAD, department=None)
    for email in heads.values_list("user__email", flat=True):
        yield Fault("head_has_a_department", email, "is head of no department")
    for email, password in User.objects.order_by("pk").values_list("email", "password"):
        if not ADDRESS.match(email) or email != email.lower():
            yield Fault("person_has_an_address", repr(email), "is no address in lower case")
        if is_password_usable(password) and not _is_hash(password):
            yield Fault("password_is_hashed", email, "the password is not kept as a hash")
    for token in ApiToken.objects.select_related("user").order_by("pk"):
        if not SHA_256.match(token.digest):
            yield Fault("token_is_hashed", str(token), "is not kept as a hash")


def _is_hash(password: str) -> bool:
    try:
        identify_hasher(password)
    except ValueError:
        return False
    return True
