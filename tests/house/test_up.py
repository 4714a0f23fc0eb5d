"""`up` starts the product as a whole, proves its parts, and leaves nothing behind."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.eventually import eventually, is_alive, processes_naming
from tests.product import ALL_WORK, Product, environment, running, start, up

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


def test_an_own_organisation_starts_with_one_invitation_shown_once(tmp_path: Path) -> None:
    folder = tmp_path / "var"

    with running(folder, "--no-demo") as first:
        link = first.output.partition(first.url + "welcome/")[2].split()[0]
        page = first.get("/welcome/" + link)
    with running(folder, "--no-demo") as second:
        pass

    assert page.status in {200, 302}
    assert first.passwords == second.passwords == {}
    assert "/welcome/" not in second.output


def test_a_demo_refuses_any_other_address(product: Product, tmp_path: Path) -> None:
    product_folder = tmp_path / "var"
    with running(product_folder):
        pass

    refused = run_up(product_folder, "--address", "0.0.0.0", "--port", "1")  # noqa: S104

    assert refused.returncode == 1
    assert "listens at 127.0.0.1 only" in refused.stderr


def test_a_port_that_is_taken_is_told(product: Product, tmp_path: Path) -> None:
    refused = run_up(tmp_path / "var", "--no-demo", "--port", str(product.port))

    assert refused.returncode == 1
    assert f"Port {product.port} at 127.0.0.1 cannot be used" in refused.stderr


def test_a_second_start_of_the_demo_loads_nothing_and_prints_the_same_sign_ins(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "var"
    with running(folder) as first:
        pass

    began = time.monotonic()
    second = start(folder)
    assert eventually(lambda: ALL_WORK in second.output, within=60)
    second.end()

    assert "Loading the demo" in first.output
    assert "Loading the demo" not in second.output
    assert second.passwords == first.passwords != {}
    assert time.monotonic() - began < 60
