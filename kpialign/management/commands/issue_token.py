"""Issue an API token: print it once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from kpialign.errors import RefusedError
from kpialign.management.database import DatabaseCommand
from organisation.services import people, tokens


class Command(DatabaseCommand):
    """Print a token that gives a person's rights; only its hash is kept."""

    help = "Print an API token of the person with this email address, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the email address, and how long the token lasts."""
        parser.add_argument("email")
        parser.add_argument(
            "--days",
            default=str(tokens.USUAL_DAYS),
            help=f"how long it lasts: {tokens.FEWEST_DAYS} to {tokens.MOST_DAYS} days, "
            f"{tokens.USUAL_DAYS} if not said",
        )

    def handle(self, *, email: str, days: str | int, **options: Any) -> None:
        """Make the token, and print it alone, so that it can be piped."""
        try:
            person = people.get_person(email)
            text = tokens.issue_token(
                person=person, name="Made by command", days=_whole(days), by=None, path="command"
            )
        except RefusedError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(text)


def _whole(days: str | int) -> int:
    try:
        return int(days)
    except ValueError as error:
        message = (
            f"--days {days!r} is no whole number; a token lasts {tokens.FEWEST_DAYS} to "
            f"{tokens.MOST_DAYS} days."
        )
        raise CommandError(message) from error
