"""What every test stands on: quick passwords, plain static files, a broker in memory."""

import os
from collections.abc import Callable, Generator, Iterator

import pytest
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import Settings

from kpialign.celery import app
from kpialign.guards import guards_lifted


@pytest.fixture(autouse=True)
def test_settings(settings: Settings) -> None:
    """Set aside what costs time in a test and proves nothing there."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skipped test fail where everything is installed: nothing is left out in silence."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and CI=true allows none: {report.longrepr}"
    return report


@pytest.fixture(autouse=True, scope="session")
def emptied_without_guards() -> Iterator[None]:
    """Let the tables be emptied after a test that commits: SQLite's triggers refuse it.

    PostgreSQL truncates tables, which no trigger here is asked about.
    """
    empty: Callable[[TransactionTestCase], None] = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # Django's own way

    def emptied(case: TransactionTestCase) -> None:
        if connection.vendor != "sqlite":
            empty(case)
            return
        with guards_lifted():
            empty(case)

    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(TransactionTestCase, "_fixture_teardown", emptied)
        yield


@pytest.fixture(autouse=True, scope="session")
def broker_in_memory() -> Iterator[None]:
    """Keep wake-ups of the tests away from a worker that runs on this machine."""
    app.conf.update(broker_url="memory://", broker_transport_options={})
    yield
    app.close()
