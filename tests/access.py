"""Declare who may what at every URL, and play the people who ask."""

from dataclasses import dataclass, field

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client

from kpialign.interchange.models import ImportUpload
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

# The door is open; what the form says is another matter.
ANSWERED = {200, 201, 204, 302, 303, 400, 409, 422}
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
    is_asked: bool = False  # what it shows must be named in the query; else the answer is 400
    is_recorded: bool = False  # who read it when is an entry in the trail
    is_api: bool = False  # answers the signed-out with 401, and takes JSON
    # What a person without any role gets; the start page says calmly that no role is given.
    without_role: int = 403
    objects: dict[str, str] = field(default_factory=dict)

    @property
    def outside(self) -> set[int]:
        """What somebody gets who is not signed in."""
        return {401} if self.is_api else {302}

    def expected(self, actor: str, which: str, method: str) -> set[int]:
        """Return the statuses that this actor may get."""
        if method in READ:
            return self._expected_reading(actor, which)
        if self.is_public:
            return ANSWERED | SHUT
        if actor in OUTSIDE:
            return self.outside
        return self._expected_writing(actor, which, method)

    def _expected_reading(self, actor: str, which: str) -> set[int]:
        if not self.is_public:
            if actor in OUTSIDE:
                return self.outside
            if self.is_written_only:
                return {403, 405} if self.is_api else {405}
            if actor == "no_role":
                return {self.without_role}
            if actor not in self.readers:
                return {403}
        if which == "absent" or self._is_foreign(actor, which):
            return {404}
        return {400} if self.is_asked else {200, 302}

    def _expected_writing(self, actor: str, which: str, method: str) -> set[int]:
        if actor not in self.writers or method == "OPTIONS":
            return SHUT | ({200} if method == "OPTIONS" else set())
        if which == "absent" or self._is_foreign(actor, which):
            return {404, 405} | ({400} if self.is_api else set())
        return (
            ANSWERED if method == "POST" and not (self.is_api and self.objects) else ANSWERED | SHUT
        )

    def _is_foreign(self, actor: str, which: str) -> bool:
        return which == "foreign" and actor in self.within_scope


SHEET_READERS = frozenset({"department_head", "finance_admin", "auditor"})
SHEET_WRITERS = frozenset({"department_head", "finance_admin"})
TRAIL_READERS = frozenset({"finance_admin", "auditor", "system_admin"})
ADMINS = frozenset({"system_admin"})
REVIEW_READERS = frozenset({"finance_admin", "auditor"})
FINANCE = frozenset({"finance_admin"})
PERIOD_READERS = frozenset({"executive", "finance_admin", "auditor", "system_admin"})
PEOPLE = {"own": "<person>", "absent": "987654321"}
DEPARTMENTS = {"own": "OPS", "foreign": "SALES", "absent": "NOPE"}
UPLOADS = {"own": "<upload>", "foreign": "<upload of another>", "absent": "987654321"}

EDITORS = frozenset({"finance_admin"})
EXPORTERS = frozenset({"finance_admin", "auditor"})


def _one(sheet: str, code: str) -> Row:
    """Declare what is known by a code: everybody reads it, who edits the cascade changes it."""
    objects = {"own": code, "absent": "NOPE"}
    return Row(f"/api/v1/{sheet}/{{}}/", is_api=True, writers=EDITORS, objects=objects)


OBJECTIVES = {"own": "MARGIN", "absent": "NOPE"}
KPIS = {"own": "DIO", "foreign": "DSO", "absent": "NOPE"}


def _shaping(path: str, objects: dict[str, str] | None = None, *, is_list: bool = False) -> Row:
    """Declare a page on which finance admins alone build the cascade."""
    may = frozenset({"finance_admin"})
    return Row(path, readers=may, writers=NOBODY if is_list else may, objects=objects or {})


SHAPING = {
    "shape_objective_new": _shaping("/shape/new/objective/"),
    "shape_objective": _shaping("/shape/objectives/{}/", OBJECTIVES),
    "shape_kpi_new": _shaping("/shape/new/kpi/"),
    "shape_kpi": _shaping("/shape/kpis/{}/", KPIS),
    "shape_formula": Row(
        "/shape/formula/", is_written_only=True, writers=frozenset({"finance_admin"})
    ),
    "shape_children": _shaping("/shape/children/{}/", OBJECTIVES),
    "shape_targets": _shaping("/shape/targets/{}/", KPIS),
    "shape_archive": _shaping("/shape/archive/{}/", KPIS),
    "shape_rates": _shaping("/shape/rates/"),
    "shape_entities": _shaping("/shape/entities/", is_list=True),
    "shape_entity_new": _shaping("/shape/new/entity/"),
    "shape_entity": _shaping("/shape/entities/{}/", {"own": "PLANT", "absent": "NOPE"}),
    "shape_departments": _shaping("/shape/departments/", is_list=True),
    "shape_department_new": _shaping("/shape/new/department/"),
    "shape_department": _shaping("/shape/departments/{}/", DEPARTMENTS),
    "shape_perspectives": _shaping("/shape/perspectives/"),
    "settings": _shaping("/settings/"),
}


def _upload(path: str, *, is_written: bool = False) -> Row:
    """Declare what belongs to whoever uploaded it, among those who import at all."""
    return Row(
        path,
        readers=EDITORS,
        writers=EDITORS if is_written else NOBODY,
        within_scope=EDITORS,
        is_written_only=is_written,
        objects=UPLOADS,
    )


ACCESS = {
    **SHAPING,
    "healthz": Row("/healthz", is_public=True),
    "readyz": Row("/readyz", is_public=True),
    "account_login": Row(SIGN_IN, is_public=True),
    "account_logout": Row("/account/logout/", is_public=True),
    "account_change_password": Row(
        "/account/password/", writers=EVERYONE | {"no_role"}, without_role=200
    ),
    "me": Row("/me/", writers=EVERYONE | {"no_role"}, without_role=200),
    "me_tokens": Row("/me/tokens/", writers=EVERYONE | {"no_role"}, is_written_only=True),
    # A token is one person's own; everybody else's looks absent, which test_own_page holds.
    "me_token": Row(
        "/me/tokens/{}/",
        writers=EVERYONE | {"no_role"},
        without_role=404,
        objects={"absent": "987654321"},
    ),
    "me_sessions": Row("/me/sessions/", writers=EVERYONE | {"no_role"}, is_written_only=True),
    "welcome": Row(
        "/welcome/{}/", is_public=True, objects={"own": "<invitation>", "absent": "no-token"}
    ),
    "home": Row("/", without_role=200),
    "enterprise": Row("/enterprise/"),
    "departments": Row("/departments/"),
    "entities": Row("/entities/"),
    "find_entity": Row("/entities/find/"),
    "entity_matrix": Row("/entities/matrix/"),
    "department": Row("/departments/{}/", objects=DEPARTMENTS),
    "effect": Row("/departments/{}/effect/", objects=DEPARTMENTS),
    "objective": Row("/objectives/{}/", objects={"own": "MARGIN", "absent": "NOPE"}),
    "kpi": Row("/kpis/{}/", objects={"own": "DIO", "foreign": "DSO", "absent": "NOPE"}),
    "alignment": Row("/alignment/"),
    "cascade": Row("/cascade/"),
    "cascade_map": Row("/cascade/map/"),
    "search": Row("/search/"),
    "runs": Row("/runs/", readers=TRAIL_READERS),
    "freshness": Row("/freshness/"),
    "trail": Row("/trail/", readers=TRAIL_READERS),
    "trail_csv": Row("/trail.csv", readers=TRAIL_READERS, is_recorded=True),
    "people": Row("/people/", readers=TRAIL_READERS, writers=ADMINS),
    "person": Row("/people/{}/", readers=TRAIL_READERS, writers=ADMINS, objects=PEOPLE),
    "person_invitation": Row(
        "/people/{}/invitation/", is_written_only=True, writers=ADMINS, objects=PEOPLE
    ),
    "person_state": Row("/people/{}/state/", is_written_only=True, writers=ADMINS, objects=PEOPLE),
    "periods": Row("/periods/", readers=PERIOD_READERS),
    # The system admin writes as the second person, while nobody else can confirm.
    "period": Row(
        "/periods/{}/",
        readers=PERIOD_READERS,
        writers=PERIOD_READERS - {"auditor"},
        objects={"own": "2026-Q1", "absent": "2026-Q9"},
    ),
    "review": Row("/review/", readers=REVIEW_READERS, writers=FINANCE),
    "entry_index": Row("/enter/", readers=SHEET_READERS),
    "entry_sheet": Row(
        "/enter/{}/",
        readers=SHEET_READERS,
        writers=SHEET_WRITERS,
        within_scope=frozenset({"department_head"}),
        objects=DEPARTMENTS,
    ),
    **{
        f"api_{name}": Row(f"/api/v1/{name}/", is_api=True, writers=EDITORS)
        for name in ("entities", "departments", "objectives", "kpis", "links", "targets")
    },
    **{
        f"api_{name}": Row(f"/api/v1/{name}/", is_api=True)
        for name in ("periods", "scores", "findings")
    },
    "api_index": Row("/api/v1/", is_api=True),
    "api_actuals": Row("/api/v1/actuals/", is_api=True, writers=SHEET_WRITERS),
    "api_explanation": Row("/api/v1/scores/explain/", is_api=True, is_asked=True),
    "api_entity": _one("entities", "PLANT"),
    "api_department": _one("departments", "OPS"),
    "api_objective": _one("objectives", "MARGIN"),
    "api_kpi": _one("kpis", "DIO"),
    "api_children": _one("links", "MARGIN"),
    "api_link": Row(
        "/api/v1/links/MARGIN/{}/",
        is_api=True,
        is_written_only=True,
        writers=EDITORS,
        objects={"own": "DIO", "absent": "NOPE"},
    ),
    "import": Row("/import/", readers=EDITORS, writers=EDITORS),
    "import_template": Row("/import/template.xlsx", readers=EDITORS),
    "import_upload": _upload("/import/{}/"),
    "import_problems": _upload("/import/{}/problems.csv"),
    "import_confirm": _upload("/import/{}/confirm/", is_written=True),
    "import_discard": _upload("/import/{}/discard/", is_written=True),
    "export": Row("/export/", readers=EXPORTERS),
    "export_workbook": Row("/export/cascade.xlsx", readers=EXPORTERS, is_recorded=True),
    "export_folder": Row("/export/cascade.zip", readers=EXPORTERS, is_recorded=True),
    "scores_csv": Row("/scores.csv", is_recorded=True),
    "api_schema": Row("/api/schema/", is_api=True),
    "api_docs": Row("/api/docs/"),
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
        user.refresh_from_db()  # a door before this one may have ended their sessions
        client.force_login(user)
        User.objects.filter(pk=user.pk).update(is_active=actor != "disabled")
    return client


def address(row: Row, which: str) -> str:
    code = row.objects.get(which, "")
    if code.startswith("<upload"):
        code = str(_upload_by("finance_admin" if code == "<upload>" else "other").pk)
    elif code.startswith("<"):
        other, _ = User.objects.get_or_create(email="other@example.com")
        code = invitation_token(other) if code == "<invitation>" else str(other.pk)
    return row.path.format(code)


def _upload_by(who: str) -> ImportUpload:
    """Give a file that is being imported, so that it can be neither confirmed nor discarded."""
    by, _ = User.objects.get_or_create(email=f"{who}@example.com")
    state = ImportUpload.State.CONFIRMED
    return ImportUpload.objects.get_or_create(by=by, name="a.xlsx", size=0, state=state)[0]


def read_whole(response: HttpResponseBase) -> None:
    """Read a file to its end, which closes it as a server would."""
    if isinstance(response, StreamingHttpResponse):
        for _part in response:
            pass
