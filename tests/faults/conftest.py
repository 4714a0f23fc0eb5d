"""Each fault is tried on both kinds of installation."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.faults.installation import Installation, embedded, with_services

KINDS = [
    pytest.param(embedded, id="embedded", marks=pytest.mark.product),
    pytest.param(with_services, id="services", marks=pytest.mark.services),
]


@pytest.fixture(params=KINDS)
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """Give an installation with the demo's cascade, and end all its processes afterwards."""
    made: AbstractContextManager[Installation] = request.param(tmp_path)
    with made as ready:
        yield ready
