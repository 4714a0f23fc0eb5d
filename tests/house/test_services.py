"""PostgreSQL and Redis serve the product as SQLite and files do; a dead Redis stops nobody."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from tests.house.test_settings import told
from tests.product import running

# On an idle machine 0.01 s and 4.3 s; without our limits the second would wait for good.
BUSY_MACHINE = 15
WAKE = """
import json, time, django
django.setup()
from organisation.services.recompute import wake_worker
began = time.monotonic()
wake_worker()
print(json.dumps({"seconds": time.monotonic() - began}))
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """Make an empty database beside the tests' own, and drop it afterwards."""
    server = urlsplit(os.environ["DATABASE_URL"])
    name = f"kpialign_up_{os.getpid()}"
    with closing(psycopg2.connect(urlunsplit(server._replace(path="/postgres")))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
            yield urlunsplit(server._replace(path=f"/{name}"))
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.services
def test_the_product_starts_on_postgresql_and_redis(tmp_path: Path, database: str) -> None:
    extra = {name: os.environ[name] for name in ("BROKER_URL", "CACHE_URL")}

    with running(tmp_path / "var", extra={"DATABASE_URL": database, **extra}) as product:
        lives = product.get("/healthz").status
        asks = product.get("/").location

    assert lives == 200
    assert "/account/login/" in asks
    assert "/welcome/" in product.output
    assert product.passwords == {}
    assert "Stopped." in product.output


def test_a_redis_that_is_gone_holds_nobody_up(tmp_path: Path) -> None:
    waited = told(WAKE, KPIALIGN_VAR=str(tmp_path / "var"), BROKER_URL="redis://127.0.0.1:1/0")

    assert float(str(waited["seconds"])) < BUSY_MACHINE


def test_a_redis_that_never_answers_holds_nobody_up_for_long(tmp_path: Path) -> None:
    with socket.socket() as hole:
        hole.bind(("127.0.0.1", 0))
        hole.listen(50)
        port = hole.getsockname()[1]

        waited = told(
            WAKE, KPIALIGN_VAR=str(tmp_path / "var"), BROKER_URL=f"redis://127.0.0.1:{port}/0"
        )

    assert float(str(waited["seconds"])) < BUSY_MACHINE
