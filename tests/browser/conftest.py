"""Give each browser test the running product, and a person signed in."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.product import Product, running

SignIn = Callable[[str], Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, so that a machine without Chromium leaves it out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Use the system's Chromium, as root if need be."""
    return {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Run the demo for all browser tests."""
    with running(tmp_path_factory.mktemp("browser") / "var") as one:
        yield one


@pytest.fixture
def sign_in(product: Product, page: Page) -> SignIn:
    """Sign a demo person in by the form; the address is the part before the at sign."""

    def signed_in(who: str) -> Page:
        email = f"{who}@example.com"
        page.goto(f"{product.url}account/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(product.passwords[email])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(product.url)
        return page

    return signed_in
