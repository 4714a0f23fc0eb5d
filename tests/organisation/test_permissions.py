"""Hold every rule against the product's table of who may what."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from organisation import permissions as p
from organisation.access import Person
from organisation.models import Department, Entity, Membership, User
from tests.factories import make_department, make_person

ROLES = ["viewer", "executive", "department_head", "finance_admin", "auditor", "system_admin"]

# The product's table: y yes, - never. Columns as in ROLES.
TABLE: list[tuple[Callable[[Person], bool], str]] = [
    (p.can_read_scores, "y y y y y y"),
    (p.can_open_entry_sheets, "- - y y y -"),
    (p.can_enter_some_actuals, "- - y y - -"),
    (p.can_read_every_draft, "- - - y y -"),
    (p.can_open_reviews, "- - - y y -"),
    (p.can_review_some, "- - - y - -"),
    (p.can_read_periods, "- y - y y y"),
    (p.can_close, "- - - y - -"),
    (p.can_confirm_reopening, "- y - y - y"),  # the system admin while nobody else is here
    (p.can_edit_cascade, "- - - y - -"),
    (p.can_import, "- - - y - -"),
    (p.can_export_workbook, "- - - y y -"),
    (p.can_read_trail, "- - - y y y"),
    (p.can_read_runs, "- - - y y y"),
    (p.can_read_people, "- - - y y y"),
    (p.can_manage_people, "- - - - - y"),
    (p.can_read_readiness, "- - - - - y"),
]
Scoped = Callable[[Person, Department, Entity | None], bool]
# The same with a scope: own means one's department, all means every one.
SCOPED_TABLE: list[tuple[Scoped, str]] = [
    (p.can_read_entry_sheet, "- - own all all -"),
    (p.can_read_drafts, "- - own all all -"),
    (p.can_enter_actuals, "- - own all - -"),
    (p.can_review, "- - - all - -"),
    (p.can_read_reviews, "- - - all all -"),
]
CELLS = [
    (rule, role, says) for rule, row in TABLE for role, says in zip(ROLES, row.split(), strict=True)
]
SCOPED_CELLS = [
    (rule, role, says)
    for rule, row in SCOPED_TABLE
    for role, says in zip(ROLES, row.split(), strict=True)
]


@pytest.fixture(autouse=True)
def company(company: None) -> None:
    make_department("OPS")
    make_department("SALES")


def entity(code: str) -> Entity:
    return Entity.objects.get(code=code)


def department(code: str) -> Department:
    return Department.objects.get(code=code)


def person(role: str, *, department: str = "", entity: str = "") -> User:
    if role == "department_head" and not department:
        department = "OPS"
    return make_person(f"{role}@example.com", role, department=department, entity=entity)


def also(user: User, role: str, *, department: str = "", entity: str = "") -> User:
    Membership.objects.create(
        user=user,
        role=role,
        department=Department.objects.get(code=department) if department else None,
        entity=Entity.objects.get(code=entity) if entity else None,
    )
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(("rule", "role", "says"), CELLS)
def test_a_role_may_what_the_table_says(
    rule: Callable[[Person], bool], role: str, says: str
) -> None:
    assert rule(person(role)) is (says == "y")


@pytest.mark.parametrize(("rule", "role", "says"), SCOPED_CELLS)
def test_a_role_may_within_its_scope_what_the_table_says(
    rule: Scoped, role: str, says: str
) -> None:
    user = person(role)

    own = rule(user, department("OPS"), entity("GROUP"))
    foreign = rule(user, department("SALES"), entity("GROUP"))

    assert (own, foreign) == {"-": (False, False), "own": (True, False), "all": (True, True)}[says]


def test_every_rule_of_the_module_stands_in_a_table() -> None:
    rules = {value for name, value in vars(p).items() if name.startswith("can_")}

    assert rules == {rule for rule, _ in TABLE} | {rule for rule, _ in SCOPED_TABLE}


@pytest.mark.parametrize("rule", [rule for rule, _ in TABLE])
@pytest.mark.parametrize("kind", ["anonymous", "without a role", "disabled"])
def test_whoever_has_no_role_may_nothing(rule: Callable[[Person], bool], kind: str) -> None:
    who: Person = AnonymousUser()
    if kind == "without a role":
        who = make_person("nobody@example.com")
    elif kind == "disabled":
        for role in ROLES:
            who = also(person(role) if role == "viewer" else who, role, department="OPS")  # type: ignore[arg-type]
        who.is_active = False

    assert rule(who) is False


@pytest.mark.parametrize("rule", [rule for rule, _ in SCOPED_TABLE])
def test_whoever_has_no_role_may_nothing_in_any_department(rule: Scoped) -> None:
    for who in (AnonymousUser(), make_person("nobody@example.com")):
        assert rule(who, department("OPS"), None) is False


@pytest.mark.parametrize(
    ("scope", "reached"),
    [
        ("", ["GROUP", "PLANT", "WORKSHOP"]),
        ("GROUP", ["GROUP", "PLANT", "WORKSHOP"]),
        ("PLANT", ["PLANT", "WORKSHOP"]),
        ("WORKSHOP", ["WORKSHOP"]),
    ],
)
def test_a_scope_is_its_entity_and_those_below(scope: str, reached: list[str]) -> None:
    user = person("department_head", department="OPS", entity=scope)

    codes = ["GROUP", "PLANT", "WORKSHOP"]
    assert [
        code for code in codes if p.can_enter_actuals(user, department("OPS"), entity(code))
    ] == reached


def test_several_memberships_add_up_without_mixing_their_halves() -> None:
    user = person("department_head", department="OPS", entity="PLANT")
    user = also(user, "department_head", department="SALES", entity="GROUP")
    ops, sales = department("OPS"), department("SALES")

    assert p.can_enter_actuals(user, ops, entity("PLANT"))
    assert p.can_enter_actuals(user, sales, entity("GROUP"))
    assert not p.can_enter_actuals(user, ops, entity("GROUP"))


def test_a_role_that_may_only_read_lends_its_scope_to_no_other() -> None:
    user = also(person("department_head", department="OPS"), "auditor")

    assert p.can_read_entry_sheet(user, department("SALES"))
    assert not p.can_enter_actuals(user, department("SALES"))


def test_a_finance_admin_with_a_scope_enters_within_it_and_edits_the_cascade() -> None:
    user = person("finance_admin", department="OPS", entity="PLANT")

    assert p.can_enter_actuals(user, department("OPS"), entity("WORKSHOP"))
    assert not p.can_enter_actuals(user, department("OPS"), entity("GROUP"))
    assert not p.can_enter_actuals(user, department("SALES"), entity("PLANT"))
    assert p.can_edit_cascade(user)


def test_a_scope_limits_no_reading_of_scores() -> None:
    assert p.can_read_scores(person("viewer", department="OPS", entity="WORKSHOP"))


def test_a_department_without_an_entity_asks_whether_any_is_reached() -> None:
    user = person("department_head", department="OPS", entity="WORKSHOP")

    assert p.can_read_entry_sheet(user, department("OPS"))
    assert not p.can_read_entry_sheet(user, department("SALES"))


def test_access_costs_two_queries_however_often_it_is_asked(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    user = person("department_head", department="OPS", entity="PLANT")
    ops, places = department("OPS"), list(Entity.objects.all())

    with django_assert_num_queries(2):
        for place in places * 10:
            p.can_enter_actuals(user, ops, place)
            p.can_read_drafts(user, ops, place)


def test_access_without_a_scope_of_entities_costs_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    user = person("viewer")

    with django_assert_num_queries(1):
        assert p.can_read_scores(user)
        assert not p.can_manage_people(user)
