"""Guess passwords from a process of its own; print of each try how it ended and what it cost."""

import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpialign.settings")
django.setup()

from django.conf import settings  # noqa: E402  needs the set-up above
from django.contrib.auth.hashers import PBKDF2PasswordHasher  # noqa: E402
from django.test import Client  # noqa: E402

hashed: list[float] = []  # when a password was made into a hash


class WatchedHasher(PBKDF2PasswordHasher):
    """The product's own hasher, which tells when it is asked."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Note the time, and take as long as always."""
        hashed.append(time.time())
        encoded: str = super().encode(password, salt, iterations)
        return encoded


def guess(email: str, password: str, address: str, pretended: str) -> dict[str, object]:
    """Try once, and tell the answer, the moments of hashing and the processor's time."""
    before, began = len(hashed), time.process_time()
    response = Client().post(
        "/account/login/",
        {"login": email, "password": password},
        REMOTE_ADDR=address,
        headers={"x-forwarded-for": pretended, "x-real-ip": pretended, "forwarded": pretended},
    )
    page = response.content.decode()
    answers = {"do not go together": "wrong", "Too many tries": "slowed"}
    return {
        "answer": next((told for words, told in answers.items() if words in page), "signed in"),
        "status": response.status_code,
        "hashed": hashed[before:],
        "seconds": time.process_time() - began,
    }


def main() -> None:
    """Guess what is listed: who, what, from where, and from where it says it comes."""
    settings.PASSWORD_HASHERS = [f"{__name__}.WatchedHasher"]
    settings.ALLOWED_HOSTS = ["*"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    tries = json.loads(sys.stdin.read())
    json.dump([guess(*one) for one in tries], sys.stdout)


if __name__ == "__main__":
    main()
