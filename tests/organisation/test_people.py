"""Write people and their roles: bulk, idempotent, told in the trail, never without an admin."""

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from kpialign.errors import RefusedError
from organisation.models import AuditEntry, Entity, Membership, User
from organisation.selectors import role_words
from organisation.services import people
from organisation.services.people import ensure_people, ensure_person
from organisation.services.roles import RoleGiven, give_roles, replace_roles
from tests.factories import make_department, make_person


def told() -> list[tuple[str, str]]:
    return [(e.action, e.subject_key) for e in AuditEntry.objects.order_by("pk")]


def roles_of(person: User) -> list[str]:
    return list(person.memberships.order_by("pk").values_list("role", flat=True))


def test_a_person_is_made_once_without_role_or_password(db: None) -> None:
    first = ensure_person(email=" Head@Example.com", name="Head", by=None, path="import")
    second = ensure_person(email="head@example.com", by=None, path="import")

    assert first == second
    assert (first.email, first.name) == ("head@example.com", "Head")
    assert not first.has_usable_password()
    assert roles_of(first) == []
    assert told() == [("add", "head@example.com")]


def test_a_name_is_given_where_one_is_stated_and_left_alone_otherwise(db: None) -> None:
    make_person("a@example.com")
    make_person("b@example.com")

    ensure_people(names={"a@example.com": None, "b@example.com": "New"}, by=None, path="import")

    assert dict(User.objects.values_list("email", "name")) == {
        "a@example.com": "A",
        "b@example.com": "New",
    }
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.before, entry.after) == ("rename", {"name": "B"}, {"name": "New"})


def test_the_same_people_again_change_nothing(db: None) -> None:
    names: dict[str, str | None] = {f"p{n}@example.com": f"P{n}" for n in range(20)}
    ensure_people(names=names, by=None, path="import")
    entries = AuditEntry.objects.count()

    ensure_people(names=names, by=None, path="import")

    assert AuditEntry.objects.count() == entries == 20


def test_a_thousand_people_cost_few_queries(
    db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    names: dict[str, str | None] = {f"p{n}@example.com": None for n in range(1000)}

    with django_assert_max_num_queries(50):
        made = ensure_people(names=names, by=None, path="import")
        give_roles(
            roles=[RoleGiven(person, "viewer") for person in made.values()], by=None, path="import"
        )

    assert Membership.objects.count() == 1000


@pytest.mark.parametrize("email", ["", "operations", "a b@example.com", "x@" + "y" * 300 + ".com"])
def test_what_is_no_address_makes_nobody(db: None, email: str) -> None:
    with pytest.raises(RefusedError, match="is not an email address"):
        ensure_person(email=email, by=None, path="import")
    assert not User.objects.exists()


def test_roles_are_given_once_each_with_its_scope(head: User, admin: User) -> None:
    plant = Entity.objects.get(code="PLANT")
    sales = make_department("SALES")
    given = [
        RoleGiven(head, "department_head", sales, plant),
        RoleGiven(head, "department_head", sales, plant),
        RoleGiven(head, "viewer"),
    ]

    assert give_roles(roles=given, by=admin, path="import") == 2
    assert give_roles(roles=given, by=admin, path="import") == 0

    assert roles_of(head) == ["department_head", "department_head", "viewer"]
    entry = AuditEntry.objects.filter(action="give_role").last()
    assert entry is not None
    assert (entry.actor, entry.path, entry.after) == (
        admin,
        "import",
        {"role": "department_head", "department": "SALES", "entity": "PLANT"},
    )


def test_roles_are_replaced_as_a_whole_and_told_one_by_one(head: User, admin: User) -> None:
    assert replace_roles(person=head, roles=[RoleGiven(head, "auditor")], by=admin, path="form")

    assert roles_of(head) == ["auditor"]
    assert told() == [("take_role", head.email), ("give_role", head.email)]


def test_a_department_head_without_a_department_is_refused(head: User) -> None:
    headless = [RoleGiven(head, "department_head")]

    with pytest.raises(RefusedError, match="needs a department"):
        give_roles(roles=headless, by=None, path="import")
    with pytest.raises(RefusedError, match="needs a department"):
        replace_roles(person=head, roles=headless, by=None, path="form")

    assert roles_of(head) == ["department_head"]


def test_the_last_system_admin_keeps_the_role(admin: User) -> None:
    with pytest.raises(RefusedError, match="only system admin"), transaction.atomic():
        replace_roles(person=admin, roles=[], by=admin, path="form")
    with pytest.raises(RefusedError, match="only system admin"):
        people.disable_person(person=admin, by=admin, path="form")

    admin.refresh_from_db()
    assert (admin.is_active, roles_of(admin)) == (True, ["system_admin"])
    assert told() == []


def test_one_of_two_system_admins_may_go(admin: User) -> None:
    make_person("second@example.com", "system_admin")

    people.disable_person(person=admin, by=None, path="form", why="left the company")

    admin.refresh_from_db()
    assert not admin.is_active
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.before, entry.after, entry.why) == (
        "disable",
        {"active": True},
        {"active": False},
        "left the company",
    )


def test_disabling_twice_is_told_once(head: User) -> None:
    for _ in range(2):
        people.disable_person(person=head, by=None, path="form")

    assert told() == [("disable", head.email)]


def test_roles_are_said_in_words_with_their_scope(head: User, admin: User) -> None:
    give_roles(
        roles=[RoleGiven(head, "viewer", None, Entity.objects.get(code="PLANT"))],
        by=None,
        path="import",
    )

    assert role_words([head, admin]) == {
        head.pk: "Department head, Department OPS; Viewer, Plant",
        admin.pk: "System admin",
    }
