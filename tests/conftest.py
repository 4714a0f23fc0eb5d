"""What every test stands on: quick passwords, plain static files, a broker in memory."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from kpialign.celery import app


@pytest.fixture(autouse=True)
def test_settings(settings: Settings) -> None:
    """Set aside what costs time in a test and proves nothing there."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(autouse=True, scope="session")
def broker_in_memory() -> Iterator[None]:
    """Keep wake-ups of the tests away from a worker that runs on this machine."""
    app.conf.update(broker_url="memory://", broker_transport_options={})
    yield
    app.close()
