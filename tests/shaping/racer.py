"""One of two processes that send a form at the same moment, as told line by line."""

import json
import re
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402, models need the set-up above
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from objectives.models import CascadeLink  # noqa: E402
from organisation.models import User  # noqa: E402
from tests.factories import make_objective, make_organisation, make_person  # noqa: E402
from tests.shaping.pages import opened, problems  # noqa: E402


class Racer:
    """Adds one half of a loop by the page of a parent's children."""

    def __init__(self, parent: str, child: str) -> None:
        """Take which half it is."""
        self.path, self.child = f"/shape/children/{parent}/", child
        self.client = Client()

    def prepare(self) -> None:
        """Make two objectives and two finance admins."""
        make_organisation()
        make_objective("TOP")
        make_objective("LOW")
        for code in ("TOP", "LOW"):
            make_person(f"{code.lower()}@example.com", "finance_admin")

    def sign_in(self) -> None:
        """Sign in somebody of one's own, and open the form."""
        email = f"{'top' if self.child == 'LOW' else 'low'}@example.com"
        self.client.force_login(User.objects.get(email=email))
        self.open()

    def open(self) -> None:
        """Open the form before the race."""
        self.form = opened(self.client, self.path)

    def send(self) -> list[str]:
        """Send the form; give what is wrong, nothing if it was saved."""
        response = self.client.post(self.path, {**self.form, "new-child": [self.child]})
        return [] if response.status_code == 302 else problems(response)

    def links(self) -> list[str]:
        """Give the links there are, and take them away for the next round."""
        found = CascadeLink.objects.values_list("parent__code", "child__code")
        told = [" ".join(pair) for pair in found]
        CascadeLink.objects.all().delete()
        return told


def main() -> None:
    """Do what each line says, and answer each with a line."""
    setup_test_environment()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    racer = Racer(*sys.argv[1:])
    for line in sys.stdin:
        name = line.strip()
        assert re.fullmatch("prepare|sign_in|open|send|links", name)
        print(json.dumps(getattr(racer, name)()), flush=True)  # noqa: T201, the answer
    connection.close()


if __name__ == "__main__":
    main()
