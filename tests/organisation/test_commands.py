"""Run the commands about people: set_password and invite_person."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db.models import QuerySet
from django.test import Client
from pytest_django import Settings

from kpialign.supervisor.lock import hold
from organisation.models import AuditEntry, User
from tests.organisation.conftest import PASSWORD


def set_password(monkeypatch: pytest.MonkeyPatch, email: str, typed: str) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    output = io.StringIO()
    call_command("set_password", email, stdout=output)
    return output.getvalue()


def invite(email: str) -> str:
    output = io.StringIO()
    call_command("invite_person", email, stdout=output)
    return output.getvalue()


@pytest.mark.parametrize("ending", ["\n", "", "\r\n"])
def test_the_password_is_one_line_of_standard_input(
    monkeypatch: pytest.MonkeyPatch, head: User, ending: str
) -> None:
    said = set_password(monkeypatch, "Operations@example.com", f"with spaces and ü {ending}")

    head.refresh_from_db()
    assert head.check_password("with spaces and ü ")
    assert said == "Password set for operations@example.com; sessions begun before it have ended.\n"
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.path, entry.action) == (None, "command", "change_password")


@pytest.mark.parametrize(
    ("email", "typed", "said"),
    [
        ("nobody@example.com", "long-enough-secret\n", "Nobody here has the email address nobody@"),
        ("operations@example.com", "\n", "No password came in"),
        ("operations@example.com", "", "No password came in"),
        ("operations@example.com", "short\n", "too short"),
        ("operations@example.com", "operations@example\n", "too similar"),
    ],
)
def test_what_cannot_be_set_is_said_in_one_line_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, head: User, email: str, typed: str, said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        set_password(monkeypatch, email, typed)

    head.refresh_from_db()
    assert head.check_password(PASSWORD)
    assert User.objects.count() == 1
    assert not AuditEntry.objects.exists()


def test_a_password_in_another_encoding_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, head: User
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"s\xe4cret-enough\n"), "utf-8"))

    with pytest.raises(CommandError, match="not UTF-8"):
        call_command("set_password", head.email)

    head.refresh_from_db()
    assert head.check_password(PASSWORD)


@pytest.mark.parametrize("command", ["set_password", "invite_person"])
def test_a_database_that_does_not_answer_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, head: User, command: str
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OperationalError("no such table: organisation_user")

    monkeypatch.setattr(QuerySet, "_fetch_all", refuse)
    monkeypatch.setattr("sys.stdin", io.StringIO("long-enough-secret\n"))

    with pytest.raises(CommandError, match=r"The database refused .* manage.py migrate"):
        call_command(command, "someone@example.com")


def test_the_printed_link_opens_the_page_to_choose_a_password(
    client: Client, admin: User, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://kpi.example.com"

    link = invite("new@example.com").strip()

    assert link.startswith("https://kpi.example.com/welcome/")
    assert client.get(link.removeprefix("https://kpi.example.com")).status_code == 200


def test_the_printed_link_leads_to_where_the_product_runs(
    admin: User, settings: Settings, tmp_path: Path
) -> None:
    settings.KPIALIGN_VAR = tmp_path

    with hold(tmp_path, "http://127.0.0.1:8105/"):
        link = invite("new@example.com")

    assert link.startswith("http://127.0.0.1:8105/welcome/")
    assert invite("new@example.com").startswith(f"{settings.PUBLIC_URL}/welcome/")


def test_an_invitation_to_what_is_no_address_is_refused(company: None) -> None:
    with pytest.raises(CommandError, match="is not an email address"):
        invite("operations")
    assert not User.objects.exists()
