"""Open a demo to its people: one password of this folder, kept private, printed at each start."""

import re
from pathlib import Path

import pytest
from pytest_django import Settings

from organisation.models import User
from organisation.services import people
from organisation.services.demo_sign_ins import DemoSignIn, create_demo_sign_ins
from organisation.services.people import ensure_person
from organisation.services.roles import RoleGiven, give_roles


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.KPIALIGN_VAR = tmp_path / "demo"
    return tmp_path / "demo"


@pytest.fixture
def finance(company: None, folder: Path) -> User:
    person = ensure_person(email="finance@example.com", name="CFO", by=None, path="import")
    give_roles(roles=[RoleGiven(person, "finance_admin")], by=None, path="import")
    return person


def sign_ins() -> dict[str, DemoSignIn]:
    return {sign_in.email: sign_in for sign_in in create_demo_sign_ins()}


def test_the_people_of_the_demo_get_the_password_that_is_printed(finance: User) -> None:
    printed = sign_ins()[finance.email]

    finance.refresh_from_db()
    assert printed.roles == "Finance admin"
    assert re.fullmatch(r"([a-z]{4}-){3}[a-z]{4}", printed.password or "")
    assert finance.check_password(printed.password or "")
    assert finance.is_demo


def test_the_password_is_kept_where_its_owner_alone_reads_it(finance: User, folder: Path) -> None:
    printed = sign_ins()[finance.email]

    assert (folder / "demo-password").stat().st_mode & 0o777 == 0o600
    assert (folder / "demo-password").read_text() == printed.password


def test_a_second_start_prints_the_same_and_ends_no_session(finance: User) -> None:
    first = sign_ins()
    finance.refresh_from_db()
    seal = finance.get_session_auth_hash()

    assert sign_ins() == first
    finance.refresh_from_db()
    assert finance.get_session_auth_hash() == seal


def test_a_password_of_ones_own_is_kept_and_not_printed(finance: User) -> None:
    sign_ins()
    finance.refresh_from_db()
    people.change_password(person=finance, password="a-password-of-mine", by=None, path="form")

    assert sign_ins()[finance.email].password is None
    finance.refresh_from_db()
    assert finance.check_password("a-password-of-mine")


def test_whoever_is_invited_later_is_no_person_of_the_demo(finance: User) -> None:
    sign_ins()
    late = ensure_person(email="late@example.com", by=None, path="command")

    assert late.email not in sign_ins()
    late.refresh_from_db()
    assert (late.is_demo, late.has_usable_password()) == (False, False)
