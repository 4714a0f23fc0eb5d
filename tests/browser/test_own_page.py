"""A person's own theme, rows and numbers stand in the page as it arrives, scripted or not."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import SignIn
from tests.product import Product

WHO = "viewer"
DARK_PAGE, LIGHT_PAGE = "rgb(15, 18, 23)", "rgb(246, 247, 249)"
FIRST_COLOUR = "getComputedStyle(document.body).backgroundColor"


def choose(page: Page, product: Product, **looks: str) -> None:
    """Save looks by the form."""
    page.goto(f"{product.url}me/")
    for label, choice in looks.items():
        page.get_by_label(label.replace("_", " "), exact=True).select_option(choice)
    page.get_by_role("button", name="Save looks").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


@pytest.fixture
def own(sign_in: SignIn, product: Product) -> Iterator[Page]:
    """Sign a viewer in, and leave their looks as they were."""
    page = sign_in(WHO)
    yield page
    page.goto(f"{product.url}me/")
    for label, choice in {
        "Theme": "system",
        "Rows of tables": "standard",
        "Numbers": "en",
    }.items():
        page.get_by_label(label, exact=True).select_option(choice)
    page.get_by_role("button", name="Save looks").click()
    # A page is not closed while it loads.
    expect(page.get_by_text(re.compile(r"^(Saved|Nothing has changed)\.$"))).to_be_visible()


@pytest.fixture
def unscripted(own: Page, browser: Browser) -> Iterator[BrowserContext]:
    """The same person on a light device that runs no script: what it shows, the server sent."""
    context = browser.new_context(
        storage_state=own.context.storage_state(), java_script_enabled=False, color_scheme="light"
    )
    yield context
    context.close()


def test_a_chosen_theme_arrives_with_the_page_and_does_not_flash(
    own: Page, product: Product, unscripted: BrowserContext
) -> None:
    own.emulate_media(color_scheme="light")
    own.goto(f"{product.url}enterprise/")
    assert own.evaluate(FIRST_COLOUR) == LIGHT_PAGE

    choose(own, product, Theme="dark")
    own.goto(f"{product.url}enterprise/", wait_until="commit")
    own.wait_for_selector("body")
    page = unscripted.new_page()
    page.goto(f"{product.url}enterprise/")

    assert own.evaluate(FIRST_COLOUR) == DARK_PAGE
    expect(page.locator("body")).to_have_css("background-color", DARK_PAGE)
    expect(page.locator("html")).to_have_css("color-scheme", "dark")


def test_light_stays_light_on_a_dark_device(own: Page, product: Product) -> None:
    own.emulate_media(color_scheme="dark")
    choose(own, product, Theme="light")

    expect(own.locator("body")).to_have_css("background-color", LIGHT_PAGE)


@pytest.mark.parametrize(
    ("density", "height"), [("compact", 30), ("standard", 36), ("comfortable", 44)]
)
def test_rows_are_as_high_as_chosen(own: Page, product: Product, density: str, height: int) -> None:
    choose(own, product, Theme="light", Rows_of_tables=density)
    own.goto(f"{product.url}departments/OPERATIONS/")

    found = own.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--row').trim()"
    )
    assert float(found.removesuffix("rem")) * 16 == height


def test_a_chart_writes_numbers_as_the_person_does(own: Page, product: Product) -> None:
    choose(own, product, Numbers="de")
    own.goto(f"{product.url}kpis/REVENUE/")
    chart = own.locator(".chart").first
    chart.scroll_into_view_if_needed()
    expect(chart.locator(".main-svg").first).to_be_visible(timeout=15_000)

    assert own.evaluate("document.querySelector('.chart').layout.separators") == ",."


def test_a_token_is_made_and_revoked_by_keyboard(own: Page, product: Product) -> None:
    own.goto(f"{product.url}me/")
    own.get_by_label("Name", exact=True).focus()
    own.keyboard.type("Nightly load")
    own.keyboard.press("Enter")
    expect(own.locator(".secret")).to_contain_text("kpa_")

    own.get_by_role("link", name="I have copied it").click()
    expect(own.get_by_text("kpa_")).to_have_count(0)
    own.get_by_role("link", name="Revoke Nightly load").focus()
    own.keyboard.press("Enter")
    own.get_by_role("button", name="Revoke token").focus()
    own.keyboard.press("Enter")

    expect(own.get_by_role("status").first).to_contain_text("is revoked")
