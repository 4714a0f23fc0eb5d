"""A figure that is submitted brings scores up to date before the eyes of whoever looks at them."""

import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SignIn
from tests.product import Product

WITHIN = 2_000  # milliseconds from the submit to the new score
FIGURE = "Finished goods, Texas Instruments"
MARK = "window.notReloaded = true"


def as_another(browser: Browser, page: Page, address: str) -> Page:
    """Open a page beside the first, as the same person in another window."""
    context = browser.new_context(storage_state=page.context.storage_state())
    beside = context.new_page()
    beside.goto(address)
    return beside


def change_stock(page: Page, product: Product, value: str) -> None:
    """Change a counted figure of the last quarter, with its reason, and submit."""
    page.goto(f"{product.url}enter/OPERATIONS/?period=2026-Q1")
    page.get_by_label(FIGURE, exact=True).fill(value)
    page.get_by_label(f"Reason for {FIGURE}").fill("Counted again")
    page.get_by_role("button", name="Submit figures").click()


@pytest.mark.timeout(240)
def test_a_submitted_figure_changes_the_score_in_place(
    product: Product, sign_in: SignIn, browser: Browser
) -> None:
    page = sign_in("operations")
    watched = as_another(browser, page, f"{product.url}kpis/DIO/")
    before = watched.locator("h1").inner_text()
    watched.evaluate(MARK)
    watched.get_by_role("link", name="Days of finished goods").first.focus()
    watched.evaluate("window.scrollTo(0, 300)")

    change_stock(page, product, "1950000000")
    started = time.monotonic()
    expect(watched.locator("h1")).not_to_have_text(before, timeout=20_000)
    took = (time.monotonic() - started) * 1000

    assert watched.evaluate("window.notReloaded") is True
    assert took < WITHIN + 2_000  # a window that only looks on asks every two seconds
    expect(watched.get_by_role("link", name="Days of finished goods").first).to_be_focused()
    assert watched.evaluate("window.scrollY") == 300
    expect(watched.locator("#announcer")).to_have_text("New scores are shown.")
    expect(watched.locator("#freshness")).to_contain_text("calculated by the worker")
    watched.context.close()


def test_home_tells_how_long_ago_without_a_reload(sign_in: SignIn) -> None:
    page = sign_in("operations")
    page.evaluate(MARK)
    line = page.locator("#freshness")
    first = line.inner_text()

    expect(line).not_to_have_text(first, timeout=60_000)

    assert page.evaluate("window.notReloaded") is True
    expect(line).to_contain_text("ago")
