"""Give a person a password, read from standard input."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kpialign.errors import RefusedError
from organisation.services import people


class Command(BaseCommand):
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
        password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise CommandError("No password came in. Write it on standard input, as one line.")
    return password
