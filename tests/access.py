"""Declare who may what at every URL, and play the people who ask."""

from dataclasses import dataclass, field

from django.test import Client

from organisation.models import User
from organisation.services.invitations import invitation_token
from tests.factories import make_person

ROLES = ["viewer", "executive", "department_head", "finance_admin", "auditor", "system_admin"]
OUTSIDE = ["anonymous", "disabled"]
ACTORS = [*OUTSIDE, "no_role", *ROLES]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
EVERYONE = frozenset(ROLES)
READ = frozenset({"GET", "HEAD"})
NOBODY: frozenset[str] = frozenset()
SIGN_IN = "/account/login/"

ANSWERED = {200, 302, 303, 400, 409, 422}  # the door is open; what the form says is another matter
SHUT = {403, 404, 405}


@dataclass(frozen=True)
class Row:
    """Who may what at one URL; `{}` in the path is where the object's code stands."""

    path: str
    readers: frozenset[str] = EVERYONE
    writers: frozenset[str] = NOBODY
    # Roles that have only their own scope here; a foreign object looks absent to them.
    within_scope: frozenset[str] = NOBODY
    is_public: bool = False
    is_written_only: bool = False
    # What a person without any role gets; the start page says calmly that no role is given.
    without_role: int = 403
    objects: dict[str, str] = field(default_factory=dict)

    def expected(self, actor: str, which: str, method: str) -> set[int]:
        """Return the statuses that this actor may get."""
        if method in READ:
            return self._expected_reading(actor, which)
        if self.is_public:
            return ANSWERED | SHUT
        if actor in OUTSIDE:
            return {302}
        return self._expected_writing(actor, which, method)

    def _expected_reading(self, actor: str, which: str) -> set[int]:
        if not self.is_public:
            if actor in OUTSIDE:
                return {302}
            if self.is_written_only:
                return {405}
            if actor == "no_role":
                return {self.without_role}
            if actor not in self.readers:
                return {403}
        return {404} if which == "absent" or self._is_foreign(actor, which) else {200, 302}

    def _expected_writing(self, actor: str, which: str, method: str) -> set[int]:
        if actor not in self.writers or method == "OPTIONS":
            return SHUT | ({200} if method == "OPTIONS" else set())
        if which == "absent" or self._is_foreign(actor, which):
            return {404, 405}
        return ANSWERED if method == "POST" else ANSWERED | SHUT

    def _is_foreign(self, actor: str, which: str) -> bool:
        return which == "foreign" and actor in self.within_scope


SHEET_READERS = frozenset({"department_head", "finance_admin", "auditor"})
SHEET_WRITERS = frozenset({"department_head", "finance_admin"})
TRAIL_READERS = frozenset({"finance_admin", "auditor", "system_admin"})
ADMINS = frozenset({"system_admin"})
PEOPLE = {"own": "<person>", "absent": "987654321"}
DEPARTMENTS = {"own": "OPS", "foreign": "SALES", "absent": "NOPE"}

ACCESS = {
    "healthz": Row("/healthz", is_public=True),
    "readyz": Row("/readyz", is_public=True),
    "account_login": Row(SIGN_IN, is_public=True),
    "account_logout": Row("/account/logout/", is_public=True),
    "account_change_password": Row(
        "/account/password/", writers=EVERYONE | {"no_role"}, without_role=200
    ),
    "welcome": Row(
        "/welcome/{}/", is_public=True, objects={"own": "<invitation>", "absent": "no-token"}
    ),
    "home": Row("/", without_role=200),
    "enterprise": Row("/enterprise/"),
    "departments": Row("/departments/"),
    "department": Row("/departments/{}/", objects=DEPARTMENTS),
    "effect": Row("/departments/{}/effect/", objects=DEPARTMENTS),
    "objective": Row("/objectives/{}/", objects={"own": "MARGIN", "absent": "NOPE"}),
    "kpi": Row("/kpis/{}/", objects={"own": "DIO", "foreign": "DSO", "absent": "NOPE"}),
    "runs": Row("/runs/", readers=TRAIL_READERS),
    "freshness": Row("/freshness/"),
    "people": Row("/people/", readers=TRAIL_READERS, writers=ADMINS),
    "person": Row("/people/{}/", readers=TRAIL_READERS, writers=ADMINS, objects=PEOPLE),
    "person_invitation": Row(
        "/people/{}/invitation/", is_written_only=True, writers=ADMINS, objects=PEOPLE
    ),
    "person_state": Row("/people/{}/state/", is_written_only=True, writers=ADMINS, objects=PEOPLE),
    "entry_index": Row("/enter/", readers=SHEET_READERS),
    "entry_sheet": Row(
        "/enter/{}/",
        readers=SHEET_READERS,
        writers=SHEET_WRITERS,
        within_scope=frozenset({"department_head"}),
        objects=DEPARTMENTS,
    ),
}


def person_who_is(actor: str) -> User | None:
    if actor == "anonymous":
        return None
    role = "" if actor == "no_role" else "executive" if actor == "disabled" else actor
    department = "OPS" if role == "department_head" else ""
    return make_person(f"{actor}@example.com", role, department=department)


def browser_of(user: User | None, actor: str) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
        User.objects.filter(pk=user.pk).update(is_active=actor != "disabled")
    return client


def address(row: Row, which: str) -> str:
    code = row.objects.get(which, "")
    if code.startswith("<"):
        other, _ = User.objects.get_or_create(email="other@example.com")
        code = invitation_token(other) if code == "<invitation>" else str(other.pk)
    return row.path.format(code)
