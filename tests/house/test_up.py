"""`up` starts the product as a whole, proves its parts, and leaves nothing behind."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from kpialign.recovery.parcel import opened_parcel
from tests.house.eventually import eventually, is_alive, processes_naming
from tests.product import Answer, Product, environment, running, up

pytestmark = pytest.mark.product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Run the demo once for the tests that only look at it."""
    with running(tmp_path_factory.mktemp("up") / "var") as one:
        yield one


def run_up(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a start that is expected to refuse."""
    return subprocess.run(
        up(*options),
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_prints_the_address_the_sign_ins_and_the_folder(product: Product) -> None:
    assert f"KPIAlign runs at {product.url}" in product.output
    assert "operations@example.com" in product.passwords
    assert "Head of Operations" in product.output or "head" in product.output.lower()
    assert f"export KPIALIGN_VAR={product.folder}" in product.output


def test_the_process_lives_and_the_pages_ask_for_a_sign_in(product: Product) -> None:
    assert product.get("/healthz").status == 200
    home = product.get("/")
    assert home.status == 302
    assert "/account/login/" in home.location


def test_the_sign_in_page_comes_with_its_style(product: Product) -> None:
    page = product.get("/account/login/").body

    style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert product.get(style).status == 200


def test_the_folder_is_private(product: Product) -> None:
    assert product.folder.stat().st_mode & 0o777 == 0o700
    exposed = [path for path in product.folder.rglob("*") if path.stat().st_mode & 0o077]
    assert [path for path in exposed if product.folder / "static" not in path.parents] == []


def test_a_second_start_is_told_who_holds_the_folder(product: Product) -> None:
    second = run_up(product.folder, "--port", "1")

    assert second.returncode == 1
    assert f"process {product.process.pid}, since 20" in second.stderr
    assert product.url in second.stderr
    assert "Traceback" not in second.stderr


def test_a_part_that_is_killed_starts_again(product: Product) -> None:
    worker = next(pid for pid in processes_naming(str(product.folder)) if is_worker(pid))

    os.kill(worker, signal.SIGKILL)

    assert eventually(lambda: "worker ended (-9); it starts again" in product.output)
    assert eventually(
        lambda: any(
            is_worker(pid) and pid != worker for pid in processes_naming(str(product.folder))
        )
    )


def is_worker(pid: int) -> bool:
    """Say whether a process is the Celery worker."""
    try:
        return b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_within_ten_seconds_and_leaves_no_process(tmp_path: Path, by: int) -> None:
    folder = tmp_path / "var"
    with running(folder, "--no-demo") as product:
        assert len(processes_naming(str(folder))) >= 4
        began = time.monotonic()

        code = product.end(signal.Signals(by))

    assert time.monotonic() - began < 10
    assert code == 0
    assert "Stopped." in product.output
    assert processes_naming(str(folder)) == []


def test_nothing_outlives_a_start_that_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    with running(folder, "--no-demo") as product:
        product.end(signal.SIGKILL)

        assert eventually(lambda: processes_naming(str(folder)) == [], within=10)

    with running(folder, "--no-demo") as again:
        assert is_alive(again.process.pid)


@dataclass(frozen=True)
class Own:
    """An own organisation, started twice; its database was older than the code at the second."""

    folder: Path
    first: Product
    invited: Answer
    second: Product


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Own:
    """Start an own organisation, take a migration back in its books, and start it again."""
    folder = tmp_path_factory.mktemp("own") / "var"
    with running(folder, "--no-demo") as first:
        link = first.output.partition(first.url + "welcome/")[2].split()[0]
        invited = first.get("/welcome/" + link)
    with closing(sqlite3.connect(folder / "kpialign.sqlite3")) as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'kpialign'")
        database.commit()
    with running(folder, "--no-demo") as second:
        pass
    return Own(folder, first, invited, second)


def test_an_own_organisation_starts_with_one_invitation_shown_once(own: Own) -> None:
    assert own.invited.status in {200, 302}
    assert "/welcome/" not in own.second.output


def test_an_own_organisation_has_no_demo_sign_ins(own: Own) -> None:
    assert own.first.passwords == own.second.passwords == {}
    assert "Loading the demo" not in own.first.output


def test_a_database_is_backed_up_before_it_is_migrated(own: Own) -> None:
    backups = list((own.folder / "backups").iterdir())

    assert len(backups) == 1
    assert f"as it was, it lies in {backups[0]}" in own.second.output
    with opened_parcel(backups[0]) as (manifest, _parcel, _digest):
        assert "kpialign" not in {app for app, _name in manifest["migrations"]}


@pytest.fixture(scope="module")
def stopped_demo(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """Start the demo, and stop it."""
    with running(tmp_path_factory.mktemp("demo") / "var") as one:
        pass
    return one


def test_a_demo_refuses_any_other_address(stopped_demo: Product) -> None:
    refused = run_up(stopped_demo.folder, "--address", "0.0.0.0", "--port", "1")  # noqa: S104

    assert refused.returncode == 1
    assert "listens at 127.0.0.1 only" in refused.stderr


def test_a_second_start_of_the_demo_loads_nothing_and_prints_the_same_sign_ins(
    stopped_demo: Product,
) -> None:
    with running(stopped_demo.folder) as second:
        pass

    assert "Loading the demo" in stopped_demo.output
    assert "Loading the demo" not in second.output
    assert second.passwords == stopped_demo.passwords != {}


def test_a_port_that_is_taken_is_told(product: Product, tmp_path: Path) -> None:
    refused = run_up(tmp_path / "var", "--no-demo", "--port", str(product.port))

    assert refused.returncode == 1
    assert f"Port {product.port} at 127.0.0.1 cannot be used" in refused.stderr

    with running(tmp_path / "var", "--no-demo") as again:
        assert f"{again.url}welcome/" in again.output, "the link was spent by a start that failed"
