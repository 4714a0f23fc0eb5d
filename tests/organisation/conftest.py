"""The cast of these tests: one company with a person of each role, and empty counters of tries."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog
from django.core.cache import cache

from organisation.models import User
from tests.factories import make_entity, make_organisation, make_person

PASSWORD = "a-long-enough-secret"


@pytest.fixture(autouse=True)
def no_tries_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def company(db: None) -> None:
    make_organisation()
    make_entity("PLANT")
    make_entity("WORKSHOP", parent="PLANT")


@pytest.fixture
def head(company: None) -> User:
    return make_person(
        "operations@example.com", "department_head", department="OPS", password=PASSWORD
    )


@pytest.fixture
def admin(company: None) -> User:
    return make_person("admin@example.com", "system_admin", password=PASSWORD)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is written to the log meanwhile, as it is written."""
    written = io.StringIO()
    handlers = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler)
        and isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    streams = [handler.setStream(written) for handler in handlers]
    yield written
    for handler, stream in zip(handlers, streams, strict=True):
        handler.setStream(stream)
