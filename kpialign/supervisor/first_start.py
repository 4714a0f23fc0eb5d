"""Fill a new data folder: with the demo and its sign-ins, or an invitation to the first person."""

import io
from collections.abc import Callable
from pathlib import Path

from django.core.management import call_command
from django.urls import reverse

from organisation.models import Organisation, User
from organisation.selectors import demo_people
from organisation.services.demo_sign_ins import DemoSignIn, create_demo_sign_ins
from organisation.services.invitations import invitation_token, invite_person

DEMO_MARK = "demo"
FIRST_ADMIN = "admin@example.com"


def prepare_demo(folder: Path, cascade: Path, say: Callable[[str], None]) -> list[DemoSignIn]:
    """Load the demo into an empty folder, once; give the sign-ins of a demo folder, else none.

    The mark comes first, so that a start that was cut off in the middle is finished by the next.
    """
    mark = folder / DEMO_MARK
    if not mark.exists():
        if not is_empty():
            return []
        mark.write_text(f"{cascade.name}\n", encoding="utf-8")
    if not Organisation.objects.exists():
        say("Loading the demo: Texas Instruments' published figures ...")
        call_command("import_cascade", str(cascade), stdout=io.StringIO())
    return create_demo_sign_ins()


def is_empty() -> bool:
    """Say whether nobody has put an organisation or a person into the database yet."""
    return not (Organisation.objects.exists() or User.objects.exists())


def has_demo_sign_ins() -> bool:
    """Say whether anybody still signs in with the demo's password."""
    return demo_people().exists()


def invite_first_admin() -> str | None:
    """Give the path at which the first system admin chooses a password, while there is nobody."""
    if User.objects.exists():
        return None
    person = invite_person(email=FIRST_ADMIN, by=None, path="command")
    return reverse("welcome", args=[invitation_token(person)])
