"""Fill a new data folder: with the demo and its sign-ins, or an invitation to the first person."""

import io
from collections.abc import Callable
from pathlib import Path

from django.core.management import call_command
from django.urls import reverse

from kpialign.errors import RefusedError
from organisation.models import Organisation, User
from organisation.selectors import demo_people
from organisation.services.demo_sign_ins import DemoSignIn, create_demo_sign_ins
from organisation.services.invitations import invitation_token, invite_person

# The folders of demo/, and what is said while one is loaded.
DEMOS = {
    "texas_instruments": "Texas Instruments' published figures",
    "nhs": "the emergency departments of England",
}
DEMO_MARK = "demo"
FIRST_ADMIN = "admin@example.com"


def prepare_demo(folder: Path, cascade: Path, say: Callable[[str], None]) -> list[DemoSignIn]:
    """Load the demo into an empty folder, once; give the sign-ins of a demo folder, else none.

    Raises RefusedError in the folder of another demo. The mark comes first, so that a start that
    was cut off in the middle is finished by the next.
    """
    mark = folder / DEMO_MARK
    if not mark.exists():
        if not is_empty():
            return []
        mark.write_text(f"{cascade.name}\n", encoding="utf-8")
    held = mark.read_text(encoding="utf-8").strip()
    if held != cascade.name:
        message = f"{folder} holds the demo {held}. Start {cascade.name} in a folder of its own."
        raise RefusedError(message)
    if not Organisation.objects.exists():
        say(f"Loading the demo: {DEMOS[cascade.name]} ...")
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
