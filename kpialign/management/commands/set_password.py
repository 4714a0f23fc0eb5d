"""Give a person a password, read from standard input."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from kpialign.errors import RefusedError
from kpialign.management.database import DatabaseCommand
from organisation.services import people


class Command(DatabaseCommand):
    """Set a password; their sessions end, and nobody is created."""

    help = "Give the person with this email address a password, read from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the email address."""
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> None:
        """Read the password and set it, or say in one line why not."""
        try:
            person = people.get_person(email)
            password = read_password()
            people.change_password(person=person, password=password, by=None, path="command")
        except RefusedError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Password set for {person.email}; sessions begun before it have ended.")


def read_password() -> str:
    """Read one line, unseen if a person types it."""
    if sys.stdin.isatty():
        password = getpass.getpass("New password: ")
    else:
        try:
            password = sys.stdin.readline().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise CommandError("What came in is not UTF-8. Write the password as that.") from error
    if not password:
        raise CommandError("No password came in. Write it on standard input, as one line.")
    return password
