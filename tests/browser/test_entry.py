"""A head types figures by keyboard, submits them, and watches the scores follow."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import SignIn
from tests.product import Product

CLOSED_QUARTER = "enter/OPERATIONS/?period=2026-Q1"
OPEN_QUARTER = "enter/OPERATIONS/?period=2026-Q2"
RAW = "Raw materials, Texas Instruments"
SECONDS = 1000


@pytest.fixture
def operations(sign_in: SignIn) -> Page:
    return sign_in("operations")


@pytest.fixture
def unscripted(browser: Browser, product: Product) -> Iterator[Page]:
    """A browser in which no script runs, with the head of Operations signed in."""
    context: BrowserContext = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{product.url}account/login/")
    page.get_by_label("Email").fill("operations@example.com")
    page.get_by_label("Password").fill(product.passwords["operations@example.com"])
    page.get_by_role("button", name="Sign in").click()
    yield page
    context.close()


def test_a_submitted_figure_moves_the_score_on_every_open_page_without_a_reload(
    operations: Page, product: Product
) -> None:
    board = operations.context.new_page()
    board.goto(f"{product.url}objectives/WORKING-CAPITAL/?period=2026-Q1")
    score = board.locator(".score b").first
    before = score.inner_text()
    operations.goto(product.url + CLOSED_QUARTER)
    field = operations.get_by_label(RAW, exact=True)

    field.fill("493,000,000" if field.input_value() != "493,000,000" else "463,000,000")
    reason = operations.get_by_label("Reason for " + RAW)
    reason.fill("Recount at the end of the quarter")
    operations.get_by_role("button", name="Submit figures").click()

    expect(operations.locator(".notice")).to_contain_text("1 figure submitted")
    expect(score).not_to_have_text(before, timeout=15 * SECONDS)
    board.goto(f"{product.url}kpis/INVENTORY-RAW/?period=2026-Q1")
    expect(board.locator("main")).to_contain_text("Recount at the end of the quarter")


def test_figures_are_typed_and_saved_by_keyboard_alone(operations: Page, product: Product) -> None:
    operations.goto(product.url + OPEN_QUARTER)
    operations.locator("input.figure").first.focus()

    operations.keyboard.type("1,900,000,000")
    operations.keyboard.press("Enter")
    operations.keyboard.type("470,000,000")
    operations.keyboard.press("ArrowUp")
    typed = operations.evaluate("document.activeElement.value")
    operations.get_by_role("button", name="Save draft").focus()
    operations.keyboard.press("Enter")

    assert typed == "1,900,000,000"
    expect(operations.locator(".notice")).to_contain_text("saved as draft")
    expect(operations.get_by_label("Comment on " + RAW)).to_have_css("text-align", "left")
    expect(operations.locator("input.figure").first).to_have_value("1,900,000,000")
    expect(operations.locator("h1")).to_contain_text("1 of 3 figures to go")


def test_a_figure_that_cannot_be_read_stays_as_typed_and_is_named(
    operations: Page, product: Product
) -> None:
    operations.goto(product.url + OPEN_QUARTER)
    field = operations.get_by_label("Work in process, Texas Instruments", exact=True)

    field.fill("2.4 bn")
    operations.get_by_role("button", name="Submit figures").click()

    expect(operations.get_by_role("alert")).to_contain_text("is not a number")
    expect(operations.get_by_role("alert")).to_be_focused()
    expect(field).to_have_value("2.4 bn")
    assert operations.title().startswith("Error:")
    assert Axe().run(operations).violations_count == 0


def test_a_button_pressed_twice_sends_once(operations: Page, product: Product) -> None:
    operations.goto(f"{product.url}enter/OPERATIONS/?period=2026-Q4")
    operations.get_by_label(RAW, exact=True).fill("470,000,001")
    sent: list[str] = []
    operations.on("request", lambda one: sent.append(one.method))

    operations.get_by_role("button", name="Save draft").dblclick(delay=50)

    expect(operations.locator(".notice")).to_contain_text("1 figure saved as draft")
    assert sent.count("POST") == 1


def test_the_sheet_works_without_scripts(unscripted: Page, product: Product) -> None:
    unscripted.goto(f"{product.url}enter/OPERATIONS/?period=2025-Q4")

    field = unscripted.get_by_label(RAW, exact=True)
    before = field.input_value()
    field.fill("466,000,000")
    unscripted.get_by_role("button", name="Submit figures").click()
    expect(unscripted.get_by_role("alert")).to_contain_text("Say why it changes")
    unscripted.get_by_label("Reason for " + RAW).fill("Typed without scripts")
    unscripted.get_by_role("button", name="Submit figures").click()

    expect(unscripted.locator(".notice")).to_contain_text("1 figure submitted")
    assert before != "466,000,000"
    expect(unscripted.get_by_label(RAW, exact=True)).to_have_value("466,000,000")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_the_sheet_is_accessible_and_fits(
    operations: Page, product: Product, width: int, scheme: str
) -> None:
    operations.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    operations.set_viewport_size({"width": width, "height": 800})
    operations.goto(product.url + OPEN_QUARTER)
    expect(operations.locator("aside .effect")).to_be_visible()

    found = Axe().run(operations)

    assert found.violations_count == 0, found.generate_report()
    assert operations.evaluate("document.documentElement.scrollWidth") <= width
