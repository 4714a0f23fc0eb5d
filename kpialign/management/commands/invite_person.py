"""Invite a person: print a one-time link at which they choose a password."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.urls import reverse

from kpialign.errors import RefusedError
from kpialign.management.database import DatabaseCommand
from kpialign.supervisor.lock import held_address
from organisation.services import invitations


class Command(DatabaseCommand):
    """Print an invitation; the first person invited becomes the system admin."""

    help = "Print a one-time link (72 hours) at which this person chooses a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the email address."""
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> None:
        """Make the person if need be, and print the link alone, so that it can be piped."""
        try:
            person = invitations.invite_person(email=email, by=None, path="command")
        except RefusedError as refusal:
            raise CommandError(str(refusal)) from refusal
        token = invitations.invitation_token(person)
        address = held_address(settings.KPIALIGN_VAR) or settings.PUBLIC_URL
        self.stdout.write(address + reverse("welcome", args=[token]))
