"""Search with the keys alone: Ctrl+K, a few letters, Enter."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.product import Product


def test_a_kpi_is_reached_with_ctrl_k_and_a_few_keys(page: Page, sign_in: SignIn) -> None:
    sign_in("executive")

    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()
    page.keyboard.type("dpo")
    expect(page.get_by_role("dialog").get_by_role("link").first).to_contain_text("DPO")
    page.keyboard.press("Enter")

    page.wait_for_url("**/kpis/DPO/")


def test_a_search_from_a_chosen_period_stays_in_it(
    page: Page, product: Product, sign_in: SignIn
) -> None:
    sign_in("executive")
    page.goto(f"{product.url}enterprise/")
    page.get_by_label("Period", exact=True).select_option("2025-Q4")
    page.wait_for_url("**/enterprise/?period=2025-Q4")
    expect(page.get_by_label("Period", exact=True)).to_have_value("2025-Q4")

    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.type("dpo")
    expect(page.get_by_role("dialog").get_by_role("link").first).to_contain_text("DPO")
    page.keyboard.press("Enter")

    page.wait_for_url("**/kpis/DPO/?period=2025-Q4")


def test_arrows_walk_the_list_and_escape_closes_it(page: Page, sign_in: SignIn) -> None:
    sign_in("executive")

    page.keyboard.press("Control+k")
    page.keyboard.type("da")
    links = page.get_by_role("dialog").locator(".found a")
    expect(links.nth(1)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
